#include <fmt/format.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <memory>
#include <unordered_map>

#include "engine/state/claims.h"
#include "engine/state/lock_queue.h"
#include "python/bindings/server/bindings.h"

namespace dfs::python {
namespace {

namespace py = pybind11;
using state::Owner;
using state::Range;
using OwnerPtr = std::shared_ptr<Owner>;

// One of the named tuples of the package's module.
template <class... Fields>
py::object named(const char* type, Fields&&... fields) {
  return py::module_::import("dittofs.claims").attr(type)(std::forward<Fields>(fields)...);
}

Range range_of(u64 first, u64 last) {
  if (first > last) throw py::value_error("the first byte lies behind the last");
  return {first, last};
}

// A table of claims, and the owners in it, which it needs to outlive their claims.
struct Claims {
  state::ClaimTable table;
  std::unordered_map<const Owner*, OwnerPtr> owners;

  const Owner& keep(const OwnerPtr& o) { return *(owners[o.get()] = o); }
  void let_go(const OwnerPtr& o) {
    const auto is = [&](const auto& claim) { return claim.owner == o.get(); };
    if (!table.holds_range(*o) && std::none_of(table.shares().begin(), table.shares().end(), is) &&
        std::none_of(table.grants().begin(), table.grants().end(), is))
      owners.erase(o.get());
  }
  OwnerPtr owner(const Owner* o) const { return owners.at(o); }

  py::object tuple(const state::ByteRange& r) const {
    return named("ByteRange", owner(r.owner), r.range.first, r.range.last, r.exclusive, r.mandatory);
  }
  py::object tuple(const state::Share& s) const {
    return named("Share", owner(s.owner), s.mode.access, s.mode.deny);
  }
  py::object tuple(const state::Grant& g) const { return named("Grant", g.id.value, owner(g.owner), g.what); }
  template <class T>
  py::list tuples(const std::vector<T>& claims) const {
    py::list out;
    for (const T& claim : claims) out.append(tuple(claim));
    return out;
  }

  py::object judge(const Owner& who, const state::Access& access) const {
    const state::Verdict v = table.judge(who, access);
    constexpr const char* kinds[] = {"proceed", "refuse", "recall"};
    std::vector<u64> recalls;
    for (const state::GrantId id : v.recalls) recalls.push_back(id.value);
    return named("Verdict", kinds[static_cast<size_t>(v.kind)],
                 v.holder == nullptr ? py::object(py::none()) : py::cast(owner(v.holder)),
                 v.by_range ? tuple(v.range) : py::object(py::none()), recalls);
  }
};

// A change under way, between __enter__ and __exit__.
struct Change {
  Claims& claims;
  OwnerPtr who;
  bool under_way = false;

  void set(bool now) {
    if (now == under_way) throw std::runtime_error(now ? "it is under way already" : "it is not under way");
    now ? claims.table.begin_change(*who) : claims.table.end_change(*who);
    under_way = now;
  }
};

template <class T, class... Init>
void access(py::module_& m, const char* name, const char* doc, Init&&... init) {
  py::class_<T>(m, name, doc).def(std::forward<Init>(init)...);
}

template <class T>
auto of_range() {
  return py::init([](u64 first, u64 last) { return T{range_of(first, last)}; });
}

void bind_accesses(py::module_& m) {
  using namespace state;
  const auto from = py::arg("first") = u64{0}, to = py::arg("last") = UINT64_MAX;
  access<ReadAccess>(m, "ReadAccess", "Reads these bytes.", of_range<ReadAccess>(), from, to);
  access<WriteAccess>(m, "WriteAccess", "Writes these bytes, or cuts them off.", of_range<WriteAccess>(),
                      from, to);
  access<LockAccess>(m, "LockAccess", "Locks these bytes.", py::init([](u64 first, u64 last, bool exclusive) {
                       return LockAccess{range_of(first, last), exclusive};
                     }),
                     from, to, py::arg("exclusive") = true);
  access<OpenAccess>(m, "OpenAccess", "Opens: rights that it has, and those that it leaves to nobody else.",
                     py::init([](u8 rights, u8 deny) {
                       return OpenAccess{rights, deny};
                     }),
                     py::arg("access"), py::arg("deny") = u8{0});
  access<RemoveAccess>(m, "RemoveAccess", "Removes the file, or renames it away.", py::init<>());
  access<UnlinkAccess>(m, "UnlinkAccess", "Takes a name of it, by a protocol that knows no opens.",
                       py::init<>());
  access<ChangeAccess>(m, "ChangeAccess", "Changes attributes or names.", py::init<>());
  access<DirectoryAccess>(m, "DirectoryAccess", "Changes a directory: a set of DirectoryChanges.",
                          py::init([](u8 changes) { return DirectoryAccess{changes}; }), py::arg("changes"));
}

void bind_owner(py::module_& m) {
  py::class_<Owner, OwnerPtr>(m, "Owner",
                              "Who holds claims: two claims of one Owner never conflict, two owners "
                              "of one client share its grants. Another object is another owner.")
      .def(py::init([](std::string name, u64 client) {
             return Owner{state::Protocol::nfs4, client, std::move(name)};
           }),
           py::arg("name"), py::arg("client") = u64{0})
      .def_readonly("name", &Owner::name)
      .def_readonly("client", &Owner::client)
      .def("__eq__",
           [](const Owner& a, const py::object& b) {
             return py::isinstance<Owner>(b) && &a == py::cast<const Owner*>(b);
           })
      .def("__hash__", [](const Owner& o) { return reinterpret_cast<size_t>(&o) >> 4; })
      .def("__repr__",
           [](const Owner& o) { return fmt::format("Owner('{}', client={})", o.name, o.client); });
  using state::CachingGrant;
  py::class_<CachingGrant>(m, "CachingGrant", "What a client was promised: to be asked before this changes.")
      .def(py::init([](bool read, bool write, bool handle, bool directory, u8 told) {
             return CachingGrant{read, write, handle, directory, told};
           }),
           py::kw_only(), py::arg("read") = false, py::arg("write") = false, py::arg("handle") = false,
           py::arg("directory") = false, py::arg("told") = u8{0})
      .def_readonly("read", &CachingGrant::read)
      .def_readonly("write", &CachingGrant::write)
      .def_readonly("handle", &CachingGrant::handle)
      .def_readonly("directory", &CachingGrant::directory)
      .def_readonly("told", &CachingGrant::told);
}

void bind_table(py::module_& m) {
  const auto from = py::arg("first") = u64{0}, to = py::arg("last") = UINT64_MAX;
  py::class_<Claims>(m, "ClaimTable", "The claims on one file, and who conflicts with an access.")
      .def(py::init<>())
      .def("judge", &Claims::judge, py::arg("who"), py::arg("access"),
           "What has to happen before this access.")
      .def(
          "set_share",
          [](Claims& c, const OwnerPtr& o, u8 rights, u8 deny) {
            c.table.set_share(c.keep(o), {rights, deny});
          },
          py::arg("owner"), py::arg("access"), py::arg("deny") = u8{0},
          "The owner's open: made, or changed to this. Judge it first.")
      .def(
          "drop_share",
          [](Claims& c, const OwnerPtr& o) {
            const bool had = c.table.drop_share(*o);
            c.let_go(o);
            return had;
          },
          py::arg("owner"), "False when it has none.")
      .def(
          "lock",
          [](Claims& c, const OwnerPtr& o, u64 first, u64 last, bool exclusive, bool mandatory) {
            c.table.lock(c.keep(o), range_of(first, last), exclusive, mandatory);
          },
          py::arg("owner"), from, to, py::arg("exclusive") = true, py::arg("mandatory") = false,
          "The owner's lock on these bytes becomes this one: split, joined, up- or downgraded. Judge it "
          "first.")
      .def(
          "unlock",
          [](Claims& c, const OwnerPtr& o, u64 first, u64 last) {
            const bool had = c.table.unlock(*o, range_of(first, last));
            c.let_go(o);
            return had;
          },
          py::arg("owner"), from, to, "False when it held none of these bytes.")
      .def(
          "may_grant",
          [](const Claims& c, const Owner& o, const state::CachingGrant& what) {
            return c.table.may_grant(o, what);
          },
          py::arg("owner"), py::arg("what"), "Whether nobody else has a claim that it would contradict.")
      .def(
          "grant",
          [](Claims& c, const OwnerPtr& o, const state::CachingGrant& what) {
            return c.table.grant(c.keep(o), what).value;
          },
          py::arg("owner"), py::arg("what"), "The number of the grant.")
      .def(
          "take_back",
          [](Claims& c, u64 id) {
            const state::Grant* grant = c.table.find_grant(state::GrantId{id});
            if (grant == nullptr) return false;
            const OwnerPtr o = c.owner(grant->owner);
            c.table.take_back(state::GrantId{id});
            c.let_go(o);
            return true;
          },
          py::arg("id"), "False when there is none.")
      .def(
          "change",
          [](Claims& c, const OwnerPtr& who) {
            return std::make_unique<Change>(Change{c, who});
          },
          py::arg("who"), py::keep_alive<0, 1>(),
          "With it nobody else is granted anything: a change goes on.")
      .def_property_readonly("ranges", [](const Claims& c) { return c.tuples(c.table.ranges()); })
      .def_property_readonly("shares", [](const Claims& c) { return c.tuples(c.table.shares()); })
      .def_property_readonly("grants", [](const Claims& c) { return c.tuples(c.table.grants()); });
  py::class_<Change>(m, "Change", "Somebody changes the file, whose way was found clear.")
      .def("__enter__", [](Change& c) { c.set(true); })
      .def("__exit__", [](Change& c, const py::args&) { c.set(false); });
}

void bind_queue(py::module_& m) {
  using state::LockQueue;
  const auto waiters = [](const LockQueue::Waiters& found) {
    py::list out;
    for (const LockQueue::Waiter& w : found)
      out.append(named("Waiter", std::const_pointer_cast<Owner>(w.owner), w.range.first, w.range.last,
                       w.exclusive, static_cast<double>(w.until) / kSecond, w.told));
    return out;
  };
  py::class_<LockQueue>(m, "LockQueue", "Who waits for byte ranges of one file. Times are in nanoseconds.")
      .def(py::init<>())
      .def("wait",
           [](LockQueue& q, const OwnerPtr& o, u64 first, u64 last, bool exclusive, Nanos until) {
             return q.wait(
                 {.owner = o, .range = range_of(first, last), .exclusive = exclusive, .until = until});
           })
      .def("ahead_of",
           [](const LockQueue& q, const Owner& o, u64 first, u64 last, bool exclusive, Nanos now) {
             const LockQueue::Waiter* w = q.ahead_of(o, range_of(first, last), exclusive, now);
             return w == nullptr ? OwnerPtr() : std::const_pointer_cast<Owner>(w->owner);
           })
      .def("leave", [waiters](LockQueue& q, const Owner& o, u64 first,
                              u64 last) { return waiters(q.leave(o, range_of(first, last))); })
      .def("take_late", [waiters](LockQueue& q, Nanos now) { return waiters(q.take_late(now)); })
      .def("take_ready", [waiters](LockQueue& q, const Claims& c, Nanos now,
                                   Nanos until) { return waiters(q.take_ready(c.table, now, until)); })
      .def_property_readonly("waiters", [waiters](const LockQueue& q) { return waiters(q.waiters()); });
}

}  // namespace

void bind_claims(py::module_& m) {
  bind_owner(m);
  bind_accesses(m);
  bind_table(m);
  bind_queue(m);
}

}  // namespace dfs::python
