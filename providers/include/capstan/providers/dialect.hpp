#pragma once

#include <capstan/chunk.hpp>
#include <capstan/error.hpp>
#include <capstan/http_client.hpp>
#include <capstan/json.hpp>
#include <capstan/message_request.hpp>
#include <capstan/sse_parser.hpp>
#include <capstan/usage.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace capstan {

/// Who is at the other end: for settings that are left empty, and for the words of errors.
struct ProviderSite {
    ProviderSite() = default;

    std::string name;          ///< as a person calls it: "OpenRouter"
    std::string base_url;      ///< where requests go when the settings name no other place
    std::string key_variable;  ///< the environment variable of the key; empty: none
    std::string url_variable;  ///< the environment variable of the base URL; empty: none
    bool key_required = true;
    std::string keys_page;     ///< where keys are made; these pages may be empty
    std::string credits_page;
    std::string models_page;
    std::string privacy_page;
};
static_assert(!std::is_aggregate_v<ProviderSite>);

/// What a provider's handler can do, beside text. providers/README.md has it as a table.
struct ProviderSupport {
    ProviderSupport() = default;

    bool tools = false;
    bool reasoning = false;
    bool reasoning_replay = false;  ///< thoughts of earlier answers go back to the model
    bool images = false;
    bool files = false;
    bool audio = false;
    bool structured_output = false;
    bool cache_marks = false;
    bool cost = false;          ///< the answer tells what it cost
    bool usage_lookup = false;  ///< usage can be asked for after the answer
    bool model_list = false;
};
static_assert(!std::is_aggregate_v<ProviderSupport>);

/// How a streamed answer is cut into events.
enum class StreamFraming {
    /// Server-Sent Events. An answer that begins with '{', '[' or '<' is one document instead, and
    /// goes to AnswerDecoder::decode_body().
    event_stream,
    /// One JSON value a line (NDJSON): each is an event of the type "message", blank lines are left
    /// out. An answer that begins with '<' goes to AnswerDecoder::decode_body().
    lines,
};

/// Which of the recorded reasoning goes back to the model.
enum class ReasoningReplay {
    fitting,  ///< what the model in question will accept
    none,     ///< none at all: for the one retry after a refused signature (wire reference 6.5)
};

/// The request of one call, ready to be sent.
struct WireRequest {
    WireRequest() = default;

    std::string path;     ///< below the base URL, query included
    std::string body;     ///< the same bytes for the same arguments
    std::vector<HttpBodyPart> body_parts;  ///< of it; see HttpRequest
    HttpHeaders headers;  ///< all but the key's, Content-Type and Accept
    std::string model;    ///< the model asked for: requested_model of the answer's origin
    bool has_replayed_reasoning = false;  ///< a refused signature is worth a retry without it
};
static_assert(!std::is_aggregate_v<WireRequest>);

/// A request whose whole answer is one JSON document, e.g. a list of models.
struct ApiCall {
    ApiCall() = default;

    std::string method = "GET";
    std::string path;  ///< below the base URL, query included
    std::string body;  ///< JSON; empty: none
    HttpHeaders headers;                        ///< all but the key's, Content-Type and Accept
    std::chrono::milliseconds timeout{60'000};  ///< of each try
    bool retries = true;
};
static_assert(!std::is_aggregate_v<ApiCall>);

/// An error inside an answer whose HTTP status was a success.
struct InBandError {
    InBandError() = default;

    /// As the wire has it, if it is of the usual shape: a number or word in "code", "status" or
    /// "type", a text in "message", perhaps within "error". Translate others into {"code": an HTTP
    /// status or such a word, "message": text}. Empty: only a finish reason said so.
    json::object object;
    std::string native_reason;  ///< that finish reason
};
static_assert(!std::is_aggregate_v<InBandError>);

/// Turns the bytes of one answer into chunks. Pure; one object for each try of a call.
///
/// Text, reasoning, tool calls and extra fields go to `out` as they come. Usage, the finish and
/// errors are facts to be asked for at the end. What cannot be read never throws: see malformed().
/// An error swallows nothing of what came with or before it.
class AnswerDecoder {
public:
    AnswerDecoder() = default;
    virtual ~AnswerDecoder() = default;

    /// One event of a streamed answer; the views are valid during the call.
    virtual void decode_event(const SseEvent& event, std::vector<StreamChunk>& out) = 0;

    /// A whole answer that was not streamed, white space around it included.
    virtual void decode_body(std::string_view body, std::vector<StreamChunk>& out) = 0;

    /// The end of the answer: hands out what was held back.
    virtual void finish(std::vector<StreamChunk>& out) { (void)out; }

    /// True if nothing that follows can matter: the last event was seen, or an error.
    virtual bool complete() const noexcept = 0;

    /// True if the answer said that it is over. A stream that ends without is a cut connection.
    virtual bool finished() const noexcept = 0;

    /// True if there was no content at all.
    virtual bool empty() const noexcept = 0;

    /// What the answer told of its usage; nothing: it told nothing.
    virtual std::optional<Usage> usage() const = 0;

    /// For the end of the answer.
    virtual FinishChunk finish_chunk() const = 0;

    virtual std::optional<InBandError> error() const = 0;

    /// The beginning of the first payload that could not be read.
    virtual std::optional<std::string> malformed() const = 0;

    /// True if the finish reason names a failure, so that an empty answer is one.
    virtual bool failed() const noexcept { return false; }

protected:
    AnswerDecoder(const AnswerDecoder&) = default;
    AnswerDecoder& operator=(const AnswerDecoder&) = default;
};

/// What a provider's wire looks like: pure functions from values to values. Everything else of a
/// provider - connections, retries, cancellation, limits, errors for people - is DialectHandler's.
/// Thread-safe: one dialect serves all calls of a handler.
class Dialect {
public:
    Dialect() = default;
    Dialect(const Dialect&) = delete;
    Dialect& operator=(const Dialect&) = delete;
    virtual ~Dialect() = default;

    virtual const ProviderSite& site() const noexcept = 0;
    /// The default: nothing but text.
    virtual ProviderSupport support() const { return ProviderSupport(); }

    /// Puts the key where the server looks for it. `key` is not empty.
    /// The default: "Authorization: Bearer KEY".
    virtual void authorize(HttpHeaders& headers, const std::string& key) const;

    /// Writes the request. Throws ApiError of kind configuration or invalid_request when it could
    /// only be refused. Called again after a refused signature, with ReasoningReplay::none.
    virtual WireRequest write(const MessageRequest& request, ReasoningReplay replay) const = 0;

    virtual StreamFraming framing() const noexcept { return StreamFraming::event_stream; }
    virtual std::unique_ptr<AnswerDecoder> decoder(const WireRequest& request) const = 0;

    /// The error that an answer with a failure status reports, for servers with words of their own,
    /// in the shape of InBandError::object; without a code the status tells the kind. The default
    /// gives nothing: the usual shapes of errors are understood without help.
    virtual std::optional<json::object> read_error(int status, const HttpHeaders& headers,
                                                   std::string_view body) const;

    /// The call that tells the usage of an answer afterwards, and how to read what it answers.
    /// The default: there is none.
    virtual std::optional<ApiCall> usage_call(const std::string& generation_id) const;
    virtual std::optional<Usage> read_usage(const json::object& answer) const;

    /// Whether usage_call() is made by itself after an answer that did not tell its usage.
    virtual bool looks_up_usage() const noexcept { return true; }
};

}  // namespace capstan
