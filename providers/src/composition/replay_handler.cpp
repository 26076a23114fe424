#include <capstan/providers/recording_handler.hpp>

#include "composition/call_errors.hpp"
#include "composition/cassette.hpp"
#include "composition/cassette_file.hpp"
#include "composition/inner_stream.hpp"
#include "composition/json_difference.hpp"

#include <capstan/canonical_json.hpp>
#include <capstan/error.hpp>
#include <capstan/generator.hpp>
#include <capstan/providers/canonical_request.hpp>
#include <capstan/redact.hpp>

#include <fmt/format.h>

#include <map>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace capstan {

using composition::RecordedCall;

/// What the calls of one ReplayHandler share. The cassette does not change.
class ReplayHandler::Core {
public:
    Core(const std::string& path, ReplayOptions options)
        : path_(path), options_(std::move(options)), cassette_(read(path)) {
        if (!options_.clock) options_.clock = system_clock();
        for (const auto& call : cassette_.calls)
            answers_[canonical_json(call.request)].calls.push_back(&call);
    }

    const ReplayOptions& options() const noexcept { return options_; }
    const std::string& model() const noexcept { return cassette_.model; }

    /// The recorded answer; null when another handler shall answer. Throws ApiError.
    const RecordedCall* next(const MessageRequest& request) {
        const auto asked = redact_json(canonical_request(request), options_.secrets);
        const auto found = answers_.find(canonical_json(asked));
        if (found != answers_.end()) {
            if (const auto* call = take(found->second)) return call;
        }
        if (options_.otherwise) return nullptr;
        throw found == answers_.end() ? unknown(asked) : exhausted(found->second);
    }

    std::size_t remaining() const {
        const std::scoped_lock lock(mutex_);
        std::size_t count = 0;
        for (const auto& [request, answers] : answers_)
            count += answers.calls.size() - answers.given;
        return count;
    }

private:
    struct Answers {
        std::vector<const RecordedCall*> calls;
        std::size_t given = 0;
    };

    static composition::Cassette read(const std::string& path) {
        const auto text = composition::read_cassette_file(path);
        try {
            return composition::read_cassette(text);
        } catch (const std::invalid_argument& error) {
            throw ApiError(ErrorKind::configuration, fmt::format("{}: {}", path, error.what()));
        }
    }

    const RecordedCall* take(Answers& answers) {
        const std::scoped_lock lock(mutex_);
        if (answers.given < answers.calls.size()) return answers.calls[answers.given++];
        return options_.repeat_last ? answers.calls.back() : nullptr;
    }

    ApiError exhausted(const Answers& answers) const {
        return ApiError(ErrorKind::invalid_request,
                        fmt::format("The cassette {} has {} answers to this request, and all were "
                                    "given",
                                    path_, answers.calls.size()));
    }

    ApiError unknown(const json::value& asked) const;

    std::string path_;
    ReplayOptions options_;
    composition::Cassette cassette_;
    mutable std::mutex mutex_;
    std::map<std::string, Answers> answers_;
};

ApiError ReplayHandler::Core::unknown(const json::value& asked) const {
    ErrorInfo info;
    info.kind = ErrorKind::invalid_request;
    info.phase = ErrorPhase::before_request;
    info.summary = fmt::format("The cassette {} has no answer to this request", path_);
    const RecordedCall* nearest = nullptr;
    composition::JsonDifference least;
    for (const auto& call : cassette_.calls) {
        auto difference = composition::json_difference(call.request, asked);
        if (nearest && difference.count >= least.count) continue;
        nearest = &call;
        least = std::move(difference);
    }
    if (nearest) {
        info.summary += fmt::format(". The nearest one, line {}, differs at {}: recorded is {}, "
                                    "asked was {}",
                                    nearest->line, least.path, least.left, least.right);
        json::object raw;
        raw["line"] = nearest->line;
        raw["path"] = least.path;
        raw["recorded"] = least.left;
        raw["asked"] = least.right;
        info.raw = std::move(raw);
    }
    return ApiError(std::move(info));
}

namespace {

ChunkStream play(std::shared_ptr<ReplayHandler::Core> core, const RecordedCall& call) {
    std::size_t n = 0;
    for (const auto& chunk : call.chunks) {
        if (core->options().timing && n < call.delays.size() && call.delays[n].count() > 0) {
            auto sleeping = core->options().clock->sleep_for(call.delays[n]);
            co_await std::move(sleeping);
        }
        ++n;
        auto copy = chunk;
        co_yield std::move(copy);
    }
    if (call.error) throw ApiError(*call.error);
}

ChunkStream begin(const std::shared_ptr<ReplayHandler::Core>& core, MessageRequest& request) {
    if (const auto* call = core->next(request)) return play(core, *call);
    return core->options().otherwise->create_message(std::move(request));
}

// The answer is chosen when the call begins, not when the stream is made.
ChunkStream choose(std::shared_ptr<ReplayHandler::Core> core,
                   std::unique_ptr<MessageRequest> request) {
    const auto stop = co_await stream_stop_token;
    composition::InnerStream answer(begin(core, *request), stop);
    request.reset();
    std::exception_ptr failure;
    bool delivered = false;
    for (;;) {
        std::optional<StreamChunk> chunk;
        try {
            chunk = co_await answer.next();
        } catch (...) {
            failure = std::current_exception();
        }
        if (!chunk) break;
        delivered = true;
        co_yield std::move(*chunk);
    }
    if (failure)
        composition::rethrow(failure, delivered ? ErrorPhase::mid_stream
                                                : ErrorPhase::before_first_chunk);
}

}  // namespace

ReplayHandler::ReplayHandler(const std::string& path, ReplayOptions options)
    : core_(std::make_shared<Core>(path, std::move(options))) {}

ReplayHandler::~ReplayHandler() = default;

ChunkStream ReplayHandler::create_message(MessageRequest request) {
    return choose(core_, std::make_unique<MessageRequest>(std::move(request)));
}

SelectedModel ReplayHandler::get_model() const {
    if (core_->options().otherwise) {
        auto model = core_->options().otherwise->get_model();
        if (model.id == core_->model()) return model;
    }
    SelectedModel model;
    model.id = core_->model();
    return model;
}

std::optional<ModelInfo> ReplayHandler::model_info(const std::string& model) const {
    if (!core_->options().otherwise) return std::nullopt;
    return core_->options().otherwise->model_info(model);
}

std::size_t ReplayHandler::remaining() const { return core_->remaining(); }

}  // namespace capstan
