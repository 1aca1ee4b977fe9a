#include "protocols/rpc/hooks.h"

#include "protocols/nfs4/hooked_op.h"
#include "protocols/nfs4/tests/world.h"

using namespace dfs;
using namespace dfs::nfs4;
using namespace dfs::nfs4::test;
using rpc::HookAnswer;

namespace {

// Answers by the book, or with what the handler says to other arguments.
struct Asked final : rpc::Hook {
  std::vector<rpc::HookQuestion> questions;
  std::optional<HookAnswer> answer;  // none: the handler's
  std::optional<std::string> other;  // arguments for the handler
  Oneshot<bool>* gate = nullptr;     // waited for first

  Task<HookAnswer> ask(rpc::HookQuestion question, rpc::Builtin& builtin) override {
    questions.push_back(std::move(question));
    if (gate != nullptr) {
      Oneshot<bool>& waiting = *gate;
      (void)co_await waiting;
    }
    if (answer) co_return *answer;
    Task<std::optional<std::string>> running = builtin.run(other);
    std::optional<std::string> result = co_await running;
    if (!result) co_return HookAnswer{};
    co_return HookAnswer{HookAnswer::Kind::result, std::move(*result)};
  }
  void abandon() override {}
};

struct Hooked {
  World world;
  Asked asked;
  rpc::Hooks hooks{&asked};

  Hooked() {
    world.nfs4->hooks = &hooks;
    hooks.add(key_of(*find_op(OP_LOOKUP, 0)));
  }
  Reply look(std::string_view name) { return world.compound(0, Ops().add(OP_PUTROOTFH).lookup(name)); }
};

std::string xdr(const auto& value) {
  return wire::encode_to_string([&](wire::Writer& w) { encode(w, value); });
}

}  // namespace

TEST_CASE("hooks: who stands in front of an operation is asked, of others nothing") {
  Hooked h;
  CHECK(h.look("export").status() == NFS4_OK);
  CHECK(h.world.compound(0, Ops().add(OP_PUTROOTFH).add(OP_GETFH)).status() == NFS4_OK);
  REQUIRE(h.asked.questions.size() == 1);
  CHECK(h.asked.questions[0].args == xdr(LOOKUP4args{Text::of("export")}));
  CHECK(h.asked.questions[0].caller.flavor == rpc::Flavor::sys);
  h.hooks.remove(key_of(*find_op(OP_LOOKUP, 0)));
  CHECK_FALSE(h.hooks.any());
  CHECK(h.look("export").status() == NFS4_OK);
  CHECK(h.asked.questions.size() == 1);
}

TEST_CASE("hooks: the handler runs with other arguments; such as do not decode have no result") {
  Hooked h;
  h.asked.other = xdr(LOOKUP4args{Text::of("export")});
  CHECK(h.look("nothing").status() == NFS4_OK);
  h.asked.other = "no arguments";
  CHECK(h.look("export").status() == NFS4ERR_SERVERFAULT);
}

TEST_CASE("hooks: another answer, none that can be, and none at all") {
  Hooked h;
  h.asked.answer = HookAnswer{HookAnswer::Kind::result, xdr(LOOKUP4res{NFS4ERR_STALE})};
  CHECK(h.look("export").status() == NFS4ERR_STALE);
  h.asked.answer->result = "nonsense";
  CHECK(h.look("export").status() == NFS4ERR_SERVERFAULT);
  h.asked.answer = HookAnswer{};
  CHECK(h.look("export").status() == NFS4ERR_SERVERFAULT);
  h.asked.answer = HookAnswer{HookAnswer::Kind::silence, {}};
  CHECK_FALSE(h.world.send(World::arguments(0, Ops().add(OP_PUTROOTFH).lookup("export")), 77));
}

TEST_CASE("hooks: the request waits, and goes on where it was") {
  Hooked h;
  Oneshot<bool> gate;
  h.asked.gate = &gate;
  CHECK_FALSE(h.world.send(World::arguments(0, Ops().add(OP_PUTROOTFH).lookup("export").add(OP_GETFH)), 77));
  gate.set(true);
  const Reply r = h.world.decode_last();
  CHECK(r.status() == NFS4_OK);
  CHECK(r.size() == 3);
}
