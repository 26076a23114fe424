#pragma once

#include <capstan/providers/dialect_handler.hpp>
#include <capstan/providers/provider_registry.hpp>

/// A provider for "Harbor", a made-up service: POST /talk takes {"ship": model, "talk": [...],
/// "tools": [...], "heat": temperature, "most": tokens} and answers with one JSON object a line.
///
///     {"say": "text"}                                   a piece of the answer
///     {"think": "text"}                                 a piece of the reasoning
///     {"use": "tool", "call": "id", "with": {...}}      a tool call
///     {"end": "done", "in": 12, "out": 3}               the end; "cut": the length limit was hit
///     {"fault": {"code": 429, "message": "..."}}        an error, also with a failure status
class HarborHandler final : public capstan::DialectHandler {
public:
    /// The key comes from HARBOR_API_KEY when the options have none.
    explicit HarborHandler(capstan::ProviderOptions options);
};

/// Lets model URIs find it: "harbor:barge-1?temperature=0.2".
void add_harbor(capstan::ProviderRegistry& registry);
