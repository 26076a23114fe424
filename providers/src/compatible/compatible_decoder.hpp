#pragma once

#include "chat/chat_decoder.hpp"
#include "compatible/think_tags.hpp"

#include <capstan/providers/dialect.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace capstan::compatible {

/// The chat completions of many servers: what ChatDecoder reads, and their own ways to report
/// errors, finishes and usage. Pure; one object for each try of a call.
class CompatibleDecoder final : public AnswerDecoder {
public:
    /// `think_tags`: a <think> block at the start of the text is reasoning.
    explicit CompatibleDecoder(bool think_tags);

    void decode_event(const SseEvent& event, std::vector<StreamChunk>& out) override;
    void decode_body(std::string_view body, std::vector<StreamChunk>& out) override;
    void finish(std::vector<StreamChunk>& out) override;

    bool complete() const noexcept override { return inner_.complete(); }
    bool finished() const noexcept override { return inner_.finished(); }
    bool empty() const noexcept override { return inner_.empty(); }

    /// What the answer says, else what llama.cpp's `timings` say.
    std::optional<Usage> usage() const override;
    FinishChunk finish_chunk() const override;
    std::optional<InBandError> error() const override;
    std::optional<std::string> malformed() const override { return inner_.malformed(); }
    bool failed() const noexcept override { return inner_.failed(); }

private:
    void refine(std::size_t first, std::vector<StreamChunk>& out);

    ChatDecoder inner_;
    std::optional<ThinkTags> tags_;
    std::optional<json::object> timings_;
};

}  // namespace capstan::compatible
