#include <capstan/providers/recording_handler.hpp>

#include "composition/call_errors.hpp"
#include "composition/cassette.hpp"
#include "composition/cassette_file.hpp"
#include "composition/chunk_json.hpp"
#include "composition/chunk_redaction.hpp"
#include "composition/inner_stream.hpp"

#include <capstan/error.hpp>
#include <capstan/providers/canonical_request.hpp>
#include <capstan/redact.hpp>

#include <exception>
#include <utility>
#include <variant>

namespace capstan {

/// What the calls of one RecordingHandler share.
class RecordingHandler::Core {
public:
    Core(std::shared_ptr<ApiHandler> handler, std::string path, RecordingOptions options)
        : handler_(checked(std::move(handler))),
          options_(std::move(options)),
          file_(std::move(path), composition::cassette_head(handler_->get_model().id),
                options_.append) {
        if (!options_.clock) options_.clock = system_clock();
    }

    ApiHandler& handler() const noexcept { return *handler_; }
    const RecordingOptions& options() const noexcept { return options_; }
    json::value clean(const json::value& value) const {
        return redact_json(value, options_.secrets);
    }
    void write(const std::string& line) { file_.append(line); }

private:
    static std::shared_ptr<ApiHandler> checked(std::shared_ptr<ApiHandler> handler) {
        if (handler) return handler;
        throw ApiError(ErrorKind::configuration, "A RecordingHandler needs a handler");
    }

    std::shared_ptr<ApiHandler> handler_;
    RecordingOptions options_;
    composition::CassetteFile file_;
};

namespace {

/// One call as it is recorded.
class Recorder {
public:
    Recorder(RecordingHandler::Core& core, const MessageRequest& request)
        : core_(core), request_(core.clean(canonical_request(request))) {
        if (core_.options().timing) last_ = core_.options().clock->now();
    }

    void see(const StreamChunk& chunk) {
        chunks_.push_back(chunk);
        if (core_.options().timing) {
            const auto now = core_.options().clock->now();
            delays_.push_back(std::chrono::round<std::chrono::milliseconds>(now - last_));
            last_ = now;
        }
        if (std::holds_alternative<FinishChunk>(chunk)) write(std::nullopt);
    }

    void fail(const std::exception_ptr& failure) {
        const auto error = composition::as_api_error(failure, phase());
        if (!error || error->kind() == ErrorKind::cancelled || written_) return;
        write(core_.clean(composition::error_to_json(error->info())));
    }

    ErrorPhase phase() const noexcept {
        return chunks_.empty() ? ErrorPhase::before_first_chunk : ErrorPhase::mid_stream;
    }

private:
    void write(const std::optional<json::value>& error) {
        written_ = true;
        composition::redact_across_chunks(chunks_, core_.options().secrets);
        json::array chunks;
        for (const auto& chunk : chunks_)
            chunks.push_back(core_.clean(composition::chunk_to_json(chunk)));
        core_.write(composition::cassette_line(request_, std::move(chunks), error, delays_));
    }

    RecordingHandler::Core& core_;
    json::value request_;
    std::vector<StreamChunk> chunks_;
    std::vector<std::chrono::milliseconds> delays_;
    std::chrono::system_clock::time_point last_;
    bool written_ = false;
};

ChunkStream stream(std::shared_ptr<RecordingHandler::Core> core,
                   std::unique_ptr<MessageRequest> request) {
    const auto stop = co_await stream_stop_token;
    Recorder recorder(*core, *request);
    std::exception_ptr failure;
    composition::InnerStream inner(core->handler().create_message(std::move(*request)), stop);
    request.reset();
    for (;;) {
        std::optional<StreamChunk> chunk;
        try {
            chunk = co_await inner.next();
        } catch (...) {
            failure = std::current_exception();
        }
        if (!chunk) break;
        recorder.see(*chunk);
        co_yield std::move(*chunk);
    }
    if (!failure) co_return;
    const auto phase = recorder.phase();
    recorder.fail(failure);
    composition::rethrow(failure, phase);
}

}  // namespace

RecordingHandler::RecordingHandler(std::shared_ptr<ApiHandler> handler, std::string path,
                                   RecordingOptions options)
    : core_(std::make_shared<Core>(std::move(handler), std::move(path), std::move(options))) {}

RecordingHandler::~RecordingHandler() = default;

ChunkStream RecordingHandler::create_message(MessageRequest request) {
    return stream(core_, std::make_unique<MessageRequest>(std::move(request)));
}

SelectedModel RecordingHandler::get_model() const { return core_->handler().get_model(); }

std::optional<ModelInfo> RecordingHandler::model_info(const std::string& model) const {
    return core_->handler().model_info(model);
}

asio::awaitable<std::optional<Usage>> RecordingHandler::get_api_stream_usage(
    std::string generation_id) {
    return core_->handler().get_api_stream_usage(std::move(generation_id));
}

}  // namespace capstan
