#pragma once

#include <capstan/json.hpp>

#include <span>
#include <string>

namespace capstan {

/// Removes secrets from a text that came from elsewhere, e.g. from a server that quotes the
/// request.
///
/// Every occurrence of a text of `secrets`, of anything that looks like an OpenRouter key
/// ("sk-or-...") and of what follows "Bearer " becomes "[redacted]". So does the beginning of a
/// secret at the very end of the text, where a text was cut. Secrets of fewer than four characters
/// are ignored. Pure; never throws but for lack of memory.
std::string redact(std::string text, std::span<const std::string> secrets = {});

/// The same in all strings and member names of a JSON value.
json::value redact_json(const json::value& value, std::span<const std::string> secrets = {});

}  // namespace capstan
