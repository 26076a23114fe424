#include "session/session_impl.hpp"
#include "session/session_info.hpp"
#include "session/session_limits.hpp"
#include "session/session_record.hpp"

namespace capstan {
namespace {

/// Has no business with the session itself, which may be gone meanwhile.
asio::awaitable<std::vector<RunCommand>> after(asio::awaitable<void> written,
                                               std::vector<RunCommand> commands) {
    co_await std::move(written);
    co_return commands;
}

}  // namespace

std::vector<RunCommand> Session::Impl::take(RunEvent event, std::chrono::milliseconds active_time) {
    const auto text = to_json_text(to_json(event));
    // As it will be read again: what JSON cannot hold is repaired on the way.
    event = run_event_from_json(parse_json(text));
    active_time_ = active_time;
    auto commands = loaded_.run.handle(event, active_time);
    detail::title_session(loaded_.info, event);
    detail::update_session_info(loaded_.info, loaded_.run);
    queue_record(text);
    return commands;
}

void Session::Impl::set_limits(const AgentLimits& limits) {
    using detail::limits_to_json;
    if (limits_to_json(limits) == limits_to_json(loaded_.run.options().limits)) return;
    loaded_.run.limits() = limits;
    queue_record(to_json_text(detail::limits_record(limits)));
}

void Session::Impl::queue_record(const std::string& json) {
    ++loaded_.info.events;
    auto record = detail::write_session_record(loaded_.sum, active_time_, json);
    worker_->queue(queue_, std::move(record), to_json_text(detail::to_json(loaded_.info)));
}

void Session::Impl::queue_info() {
    worker_->queue(queue_, std::nullopt, to_json_text(detail::to_json(loaded_.info)));
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::Session() noexcept = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

const std::string& Session::id() const noexcept { return impl_->loaded().info.id; }
const SessionInfo& Session::info() const noexcept { return impl_->loaded().info; }
const AgentRun& Session::run() const noexcept { return impl_->loaded().run; }

asio::awaitable<std::vector<RunCommand>> Session::append(RunEvent event,
                                                         std::chrono::milliseconds active_time) {
    auto commands = impl_->take(std::move(event), active_time);
    return after(impl_->flush(), std::move(commands));
}

std::vector<RunCommand> Session::note(RunEvent event, std::chrono::milliseconds active_time) {
    return impl_->take(std::move(event), active_time);
}

asio::awaitable<void> Session::flush() { return impl_->flush(); }

void Session::set_limits(const AgentLimits& limits) { impl_->set_limits(limits); }

void Session::set_title(std::string title) {
    if (info().title == title) return;
    impl_->info().title = std::move(title);
    impl_->queue_info();
}

void Session::set_model(std::string model) {
    if (info().model == model) return;
    impl_->info().model = std::move(model);
    impl_->queue_info();
}

}  // namespace capstan
