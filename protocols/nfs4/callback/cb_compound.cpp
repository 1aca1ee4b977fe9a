#include "protocols/nfs4/callback/cb_compound.h"

namespace dfs::nfs4 {

const char* cb_op_name(u32 number) {
  static constexpr const char* kNames[] = {
      "CB_GETATTR",    "CB_RECALL",          "CB_LAYOUTRECALL",         "CB_NOTIFY",
      "CB_PUSH_DELEG", "CB_RECALL_ANY",      "CB_RECALLABLE_OBJ_AVAIL", "CB_RECALL_SLOT",
      "CB_SEQUENCE",   "CB_WANTS_CANCELLED", "CB_NOTIFY_LOCK",          "CB_NOTIFY_DEVICEID",
      "CB_OFFLOAD"};
  const u32 first = nfs4_cb::OP_CB_GETATTR;
  return number < first || number - first >= std::size(kNames) ? nullptr : kNames[number - first];
}

const char* CbOps::name() const {
  const char* n = count_ == 0 ? nullptr : cb_op_name(first_);
  return n != nullptr ? n : "CB_NULL";
}

std::shared_ptr<CbResult::Reply> decode_cb_reply(std::string results) {
  auto reply = std::make_shared<CbResult::Reply>();
  reply->bytes = std::move(results);
  wire::Reader r(reinterpret_cast<const u8*>(reply->bytes.data()), reply->bytes.size(), reply->arena);
  return decode(r, reply->res) && r.finish() ? reply : nullptr;
}

}  // namespace dfs::nfs4
