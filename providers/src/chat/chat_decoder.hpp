#pragma once

#include "chat/delta_decoder.hpp"

#include <capstan/chunk.hpp>
#include <capstan/json.hpp>
#include <capstan/providers/dialect.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace capstan {

/// Turns the events of one chat completion, or its whole JSON body, into chunks (wire reference 3
/// and 4). Pure; one object per answer.
///
/// Text, reasoning, tool calls and extra fields go to `out` as they come. Usage, the finish and
/// errors are state to be asked for, because only the end of the answer decides them. An error
/// never swallows what came with or before it.
class ChatDecoder final : public AnswerDecoder {
public:
    explicit ChatDecoder(bool hide_reasoning = false) : delta_(hide_reasoning) {}

    /// The data of one SSE event. "[DONE]", empty data and anything that is no JSON object (keep
    /// alive texts) give nothing; see malformed() for a broken object.
    void decode_event(std::string_view data, std::vector<StreamChunk>& out);
    void decode_event(const SseEvent& event, std::vector<StreamChunk>& out) override {
        decode_event(event.data, out);
    }

    void decode_body(std::string_view body, std::vector<StreamChunk>& out) override;
    void finish(std::vector<StreamChunk>& out) override { delta_.finish(out); }

    bool complete() const noexcept override { return done_ || error_ || malformed_; }
    bool finished() const noexcept override { return done_ || !finish_reason_.empty(); }
    bool empty() const noexcept override { return delta_.empty(); }  // wire reference 4.7
    std::optional<Usage> usage() const override;  ///< the last one that came
    FinishChunk finish_chunk() const override;    ///< `reason` is error if error() is set
    std::optional<InBandError> error() const override { return error_; }
    std::optional<std::string> malformed() const override { return malformed_; }

    /// True if the provider's own finish reason names a failure, e.g. "network_error".
    bool failed() const noexcept override;

private:
    struct Choice;

    void decode_json(std::string_view text, std::vector<StreamChunk>& out);
    void decode_object(const json::object& object, std::vector<StreamChunk>& out);
    void decode_other(std::string_view key, const json::value& value,
                      std::vector<StreamChunk>& out);
    void decode_choices(const json::array& choices, std::vector<StreamChunk>& out);
    void decode_choice(const Choice& choice, std::vector<StreamChunk>& out);
    void select_choice(const json::array& choices);
    void set_error(const json::value& value);
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
