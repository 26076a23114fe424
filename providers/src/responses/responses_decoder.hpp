#pragma once

#include "responses/output_items.hpp"

#include <capstan/json_parser.hpp>
#include <capstan/providers/dialect.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace capstan::responses {

/// The events of one response, or its whole body, into chunks (wire reference 12.2). Events may
/// lack their deltas, their items or their order; what a later event repeats is given out once.
/// Unknown events are no error.
class ResponsesDecoder final : public AnswerDecoder {
public:
    void decode_event(const SseEvent& event, std::vector<StreamChunk>& out) override;
    void decode_body(std::string_view body, std::vector<StreamChunk>& out) override;
    void finish(std::vector<StreamChunk>& out) override;

    bool complete() const noexcept override { return over_ || error_; }
    bool finished() const noexcept override { return over_ || !status_.empty(); }
    bool empty() const noexcept override;
    std::optional<Usage> usage() const override;
    FinishChunk finish_chunk() const override;
    std::optional<InBandError> error() const override { return error_; }
    std::optional<std::string> malformed() const override { return malformed_; }
    bool failed() const noexcept override;

private:
    struct Event;
    struct Handler;

    const json::object* parse(JsonParser& parser, std::string_view text);
    void decode_object(std::string_view type, const json::object& object,
                       std::vector<StreamChunk>& out);
    void read_facts(const json::object& response);
    void conclude(const json::object& response, std::string_view status,
                  std::vector<StreamChunk>& out);
    void set_error(const json::object& holder);
    FinishReason reason() const;

    void on_facts(const Event& event);
    void on_end(const Event& event);
    void on_error(const Event& event);
    void on_item_added(const Event& event);
    void on_item_done(const Event& event);
    void on_part_done(const Event& event);
    void on_text_delta(const Event& event);
    void on_text_done(const Event& event);
    void on_refusal_delta(const Event& event);
    void on_refusal_done(const Event& event);
    void on_summary_delta(const Event& event);
    void on_summary_done(const Event& event);
    void on_thought_delta(const Event& event);
    void on_thought_done(const Event& event);
    void on_arguments_delta(const Event& event);
    void on_arguments_done(const Event& event);
    void on_annotation(const Event& event);

    OutputItems items_;
    std::string id_;
    std::string model_;
    std::string provider_;
    std::string service_tier_;
    std::string status_;  // once the response is over
    std::string incomplete_reason_;
    std::optional<json::object> usage_;
    std::optional<InBandError> error_;
    std::optional<std::string> malformed_;
    bool over_ = false;
};

}  // namespace capstan::responses
