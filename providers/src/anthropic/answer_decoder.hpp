#pragma once

#include "anthropic/content_decoder.hpp"

#include <capstan/model_info.hpp>
#include <capstan/providers/dialect.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace capstan::anthropic {

/// Decodes the events of a streamed message, or a whole one
/// (https://platform.claude.com/docs: streaming). Events and deltas of kinds that are not known
/// come as ExtraChunks "debug".
class MessageDecoder final : public AnswerDecoder {
public:
    /// `model`: the one asked for. `info`: to price the answer with.
    MessageDecoder(std::string_view model, std::optional<ModelInfo> info);

    void decode_event(const SseEvent& event, std::vector<StreamChunk>& out) override;
    void decode_body(std::string_view body, std::vector<StreamChunk>& out) override;
    void finish(std::vector<StreamChunk>& out) override { content_.finish(out); }

    bool complete() const noexcept override { return stopped_ || error_.has_value(); }
    bool finished() const noexcept override { return stopped_ || !stop_reason_.empty(); }
    bool empty() const noexcept override { return content_.empty(); }
    std::optional<Usage> usage() const override;
    FinishChunk finish_chunk() const override;
    std::optional<InBandError> error() const override { return error_; }
    std::optional<std::string> malformed() const override { return malformed_; }

private:
    void decode_json(std::string_view text, std::string_view type, std::vector<StreamChunk>& out);
    void decode_object(const json::object& object, std::string_view type,
                       std::vector<StreamChunk>& out);
    void decode_message(const json::object& message, std::vector<StreamChunk>& out);
    void read_head(const json::object& message, std::vector<StreamChunk>& out);
    void read_end(const json::object& delta, std::vector<StreamChunk>& out);
    void read_error(const json::object& object);
    FinishReason reason() const noexcept;

    ContentDecoder content_;
    std::optional<ModelInfo> info_;
    json::object usage_;
    bool usage_is_final_ = false;
    bool stopped_ = false;
    std::string id_;
    std::string model_;
    std::string provider_ = "Anthropic";
    std::string stop_reason_;
    std::optional<InBandError> error_;
    std::optional<std::string> malformed_;
};

}  // namespace capstan::anthropic
