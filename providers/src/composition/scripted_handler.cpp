#include <capstan/providers/scripted_handler.hpp>

#include <fmt/format.h>

#include <deque>
#include <mutex>
#include <utility>
#include <variant>

namespace capstan {

class ScriptedHandler::Impl {
public:
    explicit Impl(ScriptedOptions options) : options_(std::move(options)) {
        if (options_.model.id.empty()) options_.model.id = "scripted/model";
        if (!options_.clock) options_.clock = system_clock();
    }

    const SelectedModel& model() const noexcept { return options_.model; }
    Clock& clock() const noexcept { return *options_.clock; }

    void add(ScriptedAnswer answer) {
        const std::scoped_lock lock(mutex_);
        answers_.push_back(std::move(answer));
        ++scripted_;
    }

    void clear() {
        const std::scoped_lock lock(mutex_);
        answers_.clear();
    }

    void set_otherwise(Answerer answerer) {
        const std::scoped_lock lock(mutex_);
        otherwise_ = std::make_shared<const Answerer>(std::move(answerer));
    }

    /// The call begins: its answer, and the request into the list.
    std::vector<ScriptedStep> begin(std::unique_ptr<MessageRequest> request) {
        std::shared_ptr<const Answerer> otherwise;
        {
            const std::scoped_lock lock(mutex_);
            ++calls_;
            if (options_.keep_requests) requests_.push_back(*request);
            if (!answers_.empty()) {
                const auto answer = std::move(answers_.front());
                answers_.pop_front();
                return answer.steps();
            }
            otherwise = otherwise_;
            if (!otherwise || !*otherwise) throw ended();
        }
        return (*otherwise)(*request).steps();
    }

    void count_open(int change) {
        const std::scoped_lock lock(mutex_);
        open_ += static_cast<std::size_t>(change);
    }

    std::vector<MessageRequest> requests() const {
        const std::scoped_lock lock(mutex_);
        return requests_;
    }
    std::size_t calls() const {
        const std::scoped_lock lock(mutex_);
        return calls_;
    }
    std::size_t remaining() const {
        const std::scoped_lock lock(mutex_);
        return answers_.size();
    }
    std::size_t open() const {
        const std::scoped_lock lock(mutex_);
        return open_;
    }

private:
    ApiError ended() const {
        return ApiError(ErrorKind::configuration,
                        fmt::format("The script has ended: call {} came, and there were {} answers",
                                    calls_, scripted_),
                        "Add an answer, or say what to answer otherwise.");
    }

    ScriptedOptions options_;
    mutable std::mutex mutex_;
    std::deque<ScriptedAnswer> answers_;
    std::shared_ptr<const Answerer> otherwise_;
    std::vector<MessageRequest> requests_;
    std::size_t scripted_ = 0;
    std::size_t calls_ = 0;
    std::size_t open_ = 0;
};

namespace {

class OpenCall {
public:
    explicit OpenCall(std::shared_ptr<ScriptedHandler::Impl> impl) : impl_(std::move(impl)) {
        impl_->count_open(1);
    }
    OpenCall(const OpenCall&) = delete;
    ~OpenCall() { end(); }

    void end() {
        if (impl_) impl_->count_open(-1);
        impl_.reset();
    }

private:
    std::shared_ptr<ScriptedHandler::Impl> impl_;
};

// It takes no stop token, so that whatever it awaits is interrupted.
ChunkStream play(std::shared_ptr<ScriptedHandler::Impl> impl,
                 std::unique_ptr<MessageRequest> request) {
    auto steps = impl->begin(std::move(request));
    OpenCall open(impl);
    for (auto& step : steps) {
        if (step.wait) {
            auto waiting = step.wait();
            co_await std::move(waiting);
        }
        if (step.delay.count() > 0) {
            auto sleeping = impl->clock().sleep_for(step.delay);
            co_await std::move(sleeping);
        }
        if (step.error) throw ApiError(std::move(*step.error));
        if (!step.chunk) continue;
        if (auto* finish = std::get_if<FinishChunk>(&*step.chunk)) {
            if (finish->model.empty()) finish->model = impl->model().id;
            open.end();
        }
        co_yield std::move(*step.chunk);
    }
}

}  // namespace

ScriptedHandler::ScriptedHandler(ScriptedOptions options)
    : impl_(std::make_shared<Impl>(std::move(options))) {}

ScriptedHandler::ScriptedHandler(std::vector<ScriptedAnswer> answers, ScriptedOptions options)
    : ScriptedHandler(std::move(options)) {
    for (auto& answer : answers) impl_->add(std::move(answer));
}

ScriptedHandler::~ScriptedHandler() = default;

ScriptedHandler& ScriptedHandler::add(ScriptedAnswer answer) {
    impl_->add(std::move(answer));
    return *this;
}

ScriptedHandler& ScriptedHandler::clear() {
    impl_->clear();
    return *this;
}

ScriptedHandler& ScriptedHandler::otherwise(Answerer answerer) {
    impl_->set_otherwise(std::move(answerer));
    return *this;
}

ChunkStream ScriptedHandler::create_message(MessageRequest request) {
    return play(impl_, std::make_unique<MessageRequest>(std::move(request)));
}

SelectedModel ScriptedHandler::get_model() const { return impl_->model(); }
std::vector<MessageRequest> ScriptedHandler::requests() const { return impl_->requests(); }
std::size_t ScriptedHandler::calls() const { return impl_->calls(); }
std::size_t ScriptedHandler::remaining() const { return impl_->remaining(); }
std::size_t ScriptedHandler::open_calls() const { return impl_->open(); }

}  // namespace capstan
