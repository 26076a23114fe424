#include "session/session_impl.hpp"
#include "session/session_info.hpp"
#include "session/session_storage.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace capstan {
namespace {

using detail::SessionWorker;

/// What a job on the worker's thread makes. Sessions are made of it by those who wait, so that none
/// is destroyed on that thread.
struct Opened {
    SessionWorker::QueuePointer queue;
    detail::LoadedSession loaded;
};

SessionInfo new_info(const std::string& id, std::string workspace) {
    SessionInfo info;
    info.id = id;
    info.status = "new";
    info.workspace = std::move(workspace);
    info.created = info.changed = std::chrono::system_clock::now();
    return info;
}

bool later(const SessionInfo& a, const SessionInfo& b) {
    return std::tie(a.changed, a.created, a.id) > std::tie(b.changed, b.created, b.id);
}

}  // namespace

class SessionStore::Impl {
public:
    explicit Impl(std::unique_ptr<StateStore> store)
        : worker(std::make_shared<SessionWorker>(std::move(store))) {}

    std::shared_ptr<SessionWorker> worker;
};

namespace {

using Worker = std::shared_ptr<SessionWorker>;
using OpenedPointer = std::shared_ptr<Opened>;
using Open = std::function<void(StateStore& store, Opened& opened)>;

asio::awaitable<Session> opened_by(Worker worker, Open open) {
    auto opened = std::make_shared<Opened>();
    SessionWorker::Job job = [open = std::move(open), opened](StateStore& store) {
        open(store, *opened);
    };
    auto done = SessionWorker::run(worker, std::move(job));
    co_await std::move(done);
    co_return Session(std::make_unique<Session::Impl>(worker, std::move(opened->queue),
                                                      std::move(opened->loaded)));
}

void create_in(StateStore& store, Opened& opened, AgentRunOptions options, std::string workspace,
               Conversation history) {
    auto queue = detail::take_new_session(store);
    options.session_id = queue->id;
    AgentRun run(std::move(options), std::move(history));
    std::vector<std::string> records(1);
    opened.loaded = detail::begin_session(new_info(queue->id, std::move(workspace)),
                                          std::move(run), records.front());
    detail::store_session(store, *queue, opened.loaded.info, records);
    opened.queue = std::move(queue);
}

void open_in(StateStore& store, Opened& opened, const std::string& prefix) {
    auto queue = std::make_shared<detail::SessionQueue>();
    queue->id = detail::find_session(store, prefix);
    queue->lease = detail::lease_session(store, queue->id);
    const auto stored = detail::read_session(store, queue->id, queue->incarnation);
    opened.loaded = detail::load_session(stored);
    queue->saved = opened.loaded.info.events;
    opened.queue = std::move(queue);
}

void fork_in(StateStore& store, Opened& opened, const std::string& prefix,
             std::optional<std::int64_t> events) {
    std::string incarnation;
    const auto id = detail::find_session(store, prefix);
    const auto stored = detail::read_session(store, id, incarnation);
    auto queue = detail::take_new_session(store);
    std::vector<std::string> records;
    opened.loaded = detail::fork_session(stored, events, queue->id, records);
    detail::store_session(store, *queue, opened.loaded.info, records);
    opened.queue = std::move(queue);
}

/// The last used one first.
asio::awaitable<std::vector<SessionInfo>> listed_by(Worker worker) {
    auto list = std::make_shared<std::vector<SessionInfo>>();
    SessionWorker::Job job = [list, self = worker.get()](StateStore& store) {
        self->write_all();
        *list = detail::list_sessions(store);
    };
    auto done = SessionWorker::run(worker, std::move(job));
    co_await std::move(done);
    std::sort(list->begin(), list->end(), later);
    co_return std::move(*list);
}

asio::awaitable<std::optional<std::string>> latest_of(Worker worker, std::string workspace) {
    auto listing = listed_by(std::move(worker));
    const auto list = co_await std::move(listing);
    for (const auto& info : list) {
        if (info.workspace == workspace && info.status != "damaged") co_return info.id;
    }
    co_return std::nullopt;
}

}  // namespace

SessionStore::SessionStore(std::unique_ptr<StateStore> store)
    : impl_(std::make_shared<Impl>(std::move(store))) {}

SessionStore::~SessionStore() { impl_->worker->stop(); }

asio::awaitable<Session> SessionStore::create(AgentRunOptions options, std::string workspace,
                                              Conversation history) {
    return opened_by(impl_->worker, [=](StateStore& store, Opened& opened) {
        create_in(store, opened, options, workspace, history);
    });
}

asio::awaitable<Session> SessionStore::open(std::string id) {
    return opened_by(impl_->worker, [id = std::move(id)](StateStore& store, Opened& opened) {
        open_in(store, opened, id);
    });
}

asio::awaitable<std::optional<std::string>> SessionStore::latest(std::string workspace) {
    return latest_of(impl_->worker, std::move(workspace));
}

asio::awaitable<Session> SessionStore::fork(std::string id, std::optional<std::int64_t> events) {
    auto* worker = impl_->worker.get();
    return opened_by(impl_->worker, [=](StateStore& store, Opened& opened) {
        worker->write_all();  // of the original, if it is open here
        fork_in(store, opened, id, events);
    });
}

asio::awaitable<std::vector<SessionInfo>> SessionStore::list() {
    return listed_by(impl_->worker);
}

std::vector<StateNotice> SessionStore::notices() const { return impl_->worker->notices(); }

asio::awaitable<void> SessionStore::remove(std::string id) {
    return SessionWorker::run(impl_->worker, [id = std::move(id)](StateStore& store) {
        detail::remove_session(store, id);
    });
}

}  // namespace capstan
