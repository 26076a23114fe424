#include "responses_translation.hpp"

#include "http_text.hpp"
#include "json_file.hpp"
#include "responses_output.hpp"

#include <capstan/json.hpp>
#include <capstan/testing/answers.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace capstan::testing {

namespace json = boost::json;

namespace {

bool is_chat_object(const json::value& value) {
    const auto* object = value.if_object();
    return object && !object->contains("type") && object->contains("choices");
}

/// The bytes of an event stream, translated event by event.
class StreamTranslation {
public:
    std::string feed(std::string_view bytes) {
        rest_ += bytes;
        std::string out;
        for (auto end = rest_.find("\n\n"); end != rest_.npos; end = rest_.find("\n\n")) {
            out += translate(std::string_view(rest_).substr(0, end + 2));
            rest_.erase(0, end + 2);
        }
        return out;
    }

    /// What a cut leaves of the last event.
    std::string take_rest() { return std::exchange(rest_, {}); }

    /// The body's regular end.
    std::string end() {
        if (output_.finished()) output_.complete();
        return output_.take_events() + take_rest();
    }

private:
    std::string translate(std::string_view event) {
        constexpr std::string_view data = "data: ";
        if (!event.starts_with(data)) return std::string(event);
        const auto payload = event.substr(data.size(), event.size() - data.size() - 2);
        if (payload == "[DONE]") {
            output_.complete();
            return output_.take_events() + std::string(event);
        }
        const auto value = try_parse_json(payload);
        if (!value || !is_chat_object(*value)) return std::string(event);
        if (!output_.over()) output_.add_chunk(value->get_object());
        return output_.take_events();
    }

    ResponsesOutput output_;
    std::string rest_;
};

using SharedTranslation = std::shared_ptr<StreamTranslation>;

/// A piece whose bytes are only known when it is sent.
Step late(std::function<std::string()> bytes) {
    return produce([bytes = std::move(bytes), sent = false]() mutable
                   -> std::optional<std::string> {
        if (std::exchange(sent, true)) return std::nullopt;
        return bytes();
    });
}

Step translated_producer(Step step, const SharedTranslation& translation) {
    step.next = [next = std::move(step.next), translation]() -> std::optional<std::string> {
        auto piece = next();
        return piece ? std::optional(translation->feed(*piece)) : std::nullopt;
    };
    return step;
}

bool ends_connection(const Step& step) {
    return step.kind == Step::Kind::close || step.kind == Step::Kind::reset ||
           step.kind == Step::Kind::silence;
}

void translate_stream(SimResponse& response) {
    const auto translation = std::make_shared<StreamTranslation>();
    std::vector<Step> steps;
    bool lately = false;  // what follows a producer depends on what that has sent
    bool cut = false;
    const auto push = [&](std::function<std::string()> bytes) {
        if (lately) return steps.push_back(late(std::move(bytes)));
        if (auto now = bytes(); !now.empty()) steps.push_back(send(std::move(now)));
    };
    for (auto& step : response.body) {
        if (step.kind == Step::Kind::send) {
            push([translation, bytes = std::move(step.bytes)] { return translation->feed(bytes); });
        } else if (step.kind == Step::Kind::produce) {
            lately = true;
            steps.push_back(translated_producer(std::move(step), translation));
        } else {
            cut = cut || ends_connection(step);
            if (cut) push([translation] { return translation->take_rest(); });
            steps.push_back(std::move(step));
        }
    }
    if (!cut) push([translation] { return translation->end(); });
    response.body = std::move(steps);
}

void translate_document(SimResponse& response) {
    const auto bytes = response.body_bytes();
    const auto value = try_parse_json(bytes);
    if (!value || !is_chat_object(*value)) return;
    ResponsesOutput output;
    output.add_chunk(value->get_object());
    output.complete();
    const auto events = output.take_events();
    // The last event carries the whole response.
    const auto last = parse_json(std::string_view(events).substr(events.rfind("data: ") + 6));
    auto text = bytes.substr(0, bytes.find('{')) + to_json_text(last.at("response"));
    response.body.clear();
    response.body.push_back(send(std::move(text)));
}

}  // namespace

SimResponse in_responses_format(SimResponse response) {
    if (response.framing == Framing::raw) return response;
    const auto type = find_header(response.headers, "content-type");
    if (type.starts_with("text/event-stream"))
        translate_stream(response);
    else if (response.status == 200)
        translate_document(response);
    return response;
}

}  // namespace capstan::testing
