#pragma once

#include "chat/delta_decoder.hpp"

#include <capstan/chunk.hpp>
#include <capstan/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace capstan {

/// Where an error inside an HTTP 200 answer was found (wire reference 4.6, 5.4).
enum class InBandErrorOrigin { chunk, choice, finish_reason };

/// An error inside an HTTP 200 answer. `object` is empty when only the finish reason said "error".
struct InBandError {
    InBandError() = default;

    json::object object;
    InBandErrorOrigin origin = InBandErrorOrigin::chunk;
};
static_assert(!std::is_aggregate_v<InBandError>);

/// Turns the events of one chat completion, or its whole JSON body, into chunks (wire reference 3
/// and 4). Pure; one object per answer.
///
/// Text, reasoning, tool calls and extra fields go to `out` as they come. Usage, the finish and
/// errors are state to be asked for, because only the end of the answer decides them. An error
/// never swallows what came with or before it.
class ChatDecoder {
public:
    explicit ChatDecoder(bool hide_reasoning = false) : delta_(hide_reasoning) {}

    /// The data of one SSE event. "[DONE]", empty data and anything that is no JSON object (keep
    /// alive texts) give nothing; see malformed() for a broken object.
    void decode_event(std::string_view data, std::vector<StreamChunk>& out);

    /// A whole answer that was not streamed, white space around it included.
    void decode_body(std::string_view body, std::vector<StreamChunk>& out);

    /// The end of the answer, with or without [DONE]: hands out what was held back.
    void finish(std::vector<StreamChunk>& out) { delta_.finish(out); }

    /// The last usage that came, or nothing if none told anything.
    std::optional<Usage> usage() const;

    /// For the end of the answer. `reason` is error if error() is set.
    FinishChunk finish_chunk() const;

    bool saw_finish_reason() const noexcept { return !finish_reason_.empty(); }
    bool saw_done() const noexcept { return done_; }
    const std::string& generation_id() const noexcept { return id_; }

    /// True if the answer has no content at all (wire reference 4.7).
    bool empty() const noexcept { return delta_.empty(); }

    /// True if the provider's own finish reason names a failure, e.g. "network_error".
    bool native_reason_is_error() const noexcept;

    const std::optional<InBandError>& error() const noexcept { return error_; }

    /// The beginning of the first payload that should have been JSON and was not.
    const std::optional<std::string>& malformed() const noexcept { return malformed_; }

private:
    struct Choice;

    void decode_json(std::string_view text, std::vector<StreamChunk>& out);
    void decode_object(const json::object& object, std::vector<StreamChunk>& out);
    void decode_other(std::string_view key, const json::value& value,
                      std::vector<StreamChunk>& out);
    void decode_choices(const json::array& choices, std::vector<StreamChunk>& out);
    void decode_choice(const Choice& choice, std::vector<StreamChunk>& out);
    void select_choice(const json::array& choices);
    void set_error(const json::value& value, InBandErrorOrigin origin);
    FinishReason reason() const;

    DeltaDecoder delta_;
    std::optional<std::int64_t> selected_;  // the index of the only choice that is read
    std::string id_;
    std::string model_;
    std::string provider_;
    std::string service_tier_;
    std::string system_fingerprint_;
    std::string finish_reason_;
    std::string native_finish_reason_;
    std::optional<json::object> usage_;
    std::optional<InBandError> error_;
    std::optional<std::string> malformed_;
    bool done_ = false;
};

}  // namespace capstan
