#include "protocols/nfs4/hooked_op.h"

#include "protocols/nfs4/clear_way.h"
#include "protocols/nfs4/filehandle.h"
#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4 {
namespace {

const wire::OpDesc& described(const OpRow& row) {
  // nfs_argop4's arms are in the order of their numbers, which have no gap (ops.def).
  const wire::OpDesc& d = nfs_argop4_ops[row.number - nfs_argop4_ops.front().op];
  DFS_CHECK(d.op == row.number);
  return d;
}

std::string encoded(const wire::TypeDesc& type, const void* value) {
  return wire::encode_to_string([&](wire::Writer& w) { type.encode(w, value); });
}

class BuiltinOperation final : public rpc::Builtin {
 public:
  BuiltinOperation(Compound& c, const void* args) : c_(c), type_(described(*c.row)), args_(args) {}

  Task<std::optional<std::string>> run(std::optional<std::string> other) override {
    const void* args = args_;
    if (other && type_.args != nullptr) args = rpc::decode_kept(c_.call, *type_.args, *other);
    if (args == nullptr) co_return std::nullopt;
    const bool twice = c_.row->number == OP_SEQUENCE && c_.keeper != nullptr;  // a COMPOUND has one slot
    Async<const void*> serving = twice ? c_.row->refuse(c_, NFS4ERR_SEQUENCE_POS) : carry_out(c_, args);
    co_return encoded(*type_.result, co_await serving);
  }

 private:
  Compound& c_;
  const wire::OpDesc& type_;
  const void* const args_;
};

std::string handle(const Compound& c, const Current& at) {
  if (!at.place) return {};
  const fs::HandleBytes bytes = seal(c.server, at.place);
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

std::vector<rpc::HookQuestion::Fact> facts(const Compound& c) {
  std::vector<rpc::HookQuestion::Fact> out;
  const auto add = [&](const char* name, auto value) { out.emplace_back(name, std::move(value)); };
  add("minor", u64{c.minor});
  add("tag", c.tag.str());
  add("index", u64{c.index});
  add("count", u64{c.count});
  add("current", handle(c, c.current));
  add("saved", handle(c, c.saved));
  if (c.session == nullptr) return out;
  const sessionid4& id = c.session->id;
  add("session", std::string(reinterpret_cast<const char*>(id.data()), id.size()));
  add("slot", u64{c.slot});
  add("sequence", u64{c.sequence});
  add("client", c.session->client->id.value);
  return out;
}

}  // namespace

Task<const void*> ask_instead(rpc::Hook& hook, Compound& c, const void* args) {
  const wire::OpDesc& type = described(*c.row);
  BuiltinOperation builtin(c, args);
  rpc::HookQuestion question{key_of(*c.row),
                             type.args != nullptr ? encoded(*type.args, args) : std::string(),
                             c.call.transport->id(),
                             c.call.xid,
                             c.call.caller,
                             c.call.transport->peer(),
                             facts(c)};
  Task<rpc::HookAnswer> asking = hook.ask(std::move(question), builtin);
  const rpc::HookAnswer answer = co_await asking;
  if (answer.kind == rpc::HookAnswer::Kind::silence) c.ending = Compound::Ending::silent;
  const void* result = answer.kind == rpc::HookAnswer::Kind::result
                           ? rpc::decode_kept(c.call, *type.result, answer.result)
                           : nullptr;
  co_return result != nullptr ? result : c.row->refuse(c, NFS4ERR_SERVERFAULT);
}

}  // namespace dfs::nfs4
