#pragma once

#include <string>

#include "engine/wire/desc.h"

namespace dfs::wire {

// A value as one line of JSON (RFC 8259): structures and unions are objects of their fields and active arm,
// enumerations their names (an unknown value is its number), opaque data and payloads lower-case hex, absent
// optionals null, text strings (quoted() says what happens to bytes that are not UTF-8).
std::string to_json(const TypeDesc& type, const void* value);

}  // namespace dfs::wire
