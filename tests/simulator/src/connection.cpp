#include "connection.hpp"

#include "request_log.hpp"
#include "response_writer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace capstan::testing {

namespace {

constexpr std::string_view bad_request =
    "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

ConnectionEnd end_of(const boost::system::error_code& error) {
    if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor)
        return ConnectionEnd::server;
    return error == asio::error::connection_reset || error == asio::error::broken_pipe
               ? ConnectionEnd::client_reset
               : ConnectionEnd::client_closed;
}

}  // namespace

Connection::Connection(ConnectionHost& host, std::unique_ptr<Transport> transport,
                       std::uint64_t id)
    : host_(host),
      transport_(std::move(transport)),
      id_(id),
      wake_(transport_->executor()),
      reader_(host.base_path) {}

Connection::~Connection() { end(ConnectionEnd::server); }

void Connection::start() {
    asio::co_spawn(transport_->executor(), run(shared_from_this()), asio::detached);
}

asio::awaitable<void> Connection::run(std::shared_ptr<Connection> self) {
    const auto error = co_await self->transport_->handshake();
    if (error) {
        self->end(end_of(error));
        self->transport_->close();
        co_return;
    }
    asio::co_spawn(self->transport_->executor(), read(self), asio::detached);
    co_await self->serve();
    self->end(ConnectionEnd::server);
    self->transport_->close();
}

asio::awaitable<void> Connection::read(std::shared_ptr<Connection> self) {
    while (true) {
        const auto error = co_await self->transport_->read(self->input_);
        if (error) {
            self->gone_.request_stop();
            self->end(end_of(error));
        }
        self->changed();
        if (error) co_return;
    }
}

asio::awaitable<void> Connection::serve() {
    SimRequest request;
    while (co_await receive(request)) {
        const bool again = co_await serve_one(std::exchange(request, SimRequest()));
        if (!again) co_return;
    }
}

asio::awaitable<bool> Connection::receive(SimRequest& request) {
    while (true) {
        const auto state = reader_.feed(input_);
        if (state == RequestReader::State::malformed) {
            co_await transport_->write(bad_request);
            co_await part_politely();
            co_return false;
        }
        if (state == RequestReader::State::complete) break;
        if (gone()) co_return false;
        if (reader_.take_expect_continue())
            co_await transport_->write("HTTP/1.1 100 Continue\r\n\r\n");
        else
            co_await change(Time::max());
    }
    request = reader_.take();
    request.connection = id_;
    request.received = std::chrono::steady_clock::now();
    co_return true;
}

asio::awaitable<bool> Connection::serve_one(SimRequest request) {
    host_.journal.add(request);
    log_request(request);
    const auto answer = co_await find_answer(request);
    const auto& response = answer.response;
    if (!response) co_return false;
    ResponseWriter writer(*this, request, *response, host_.recorder.active());
    writer.take_body_from(answer.body.get());
    const auto outcome = co_await writer.run();
    host_.recorder.add(request, *response, writer.record(), outcome);
    if (outcome == ResponseWriter::Outcome::reset) {
        end(ConnectionEnd::server);
        transport_->reset();
    }
    if (outcome != ResponseWriter::Outcome::complete) co_return false;
    const bool wants_close = same_name(request.header("connection"), "close");
    const bool until_close = response->framing == Framing::until_close;
    co_return co_await settle(wants_close || until_close ? After::close : response->after);
}

asio::awaitable<UpstreamAnswer> Connection::find_answer(const SimRequest& request) {
    UpstreamAnswer answer;
    answer.response = host_.answer(request);
    if (!answer.response) answer = co_await host_.upstream->ask(request, gone_.get_token());
    co_return answer;
}

asio::awaitable<bool> Connection::settle(After after) {
    if (after == After::keep_alive) co_return !gone();
    if (after == After::close || after == After::close_silently) {
        co_await part_politely();
        co_return false;
    }
    while (input_.empty() && !gone()) co_await change(Time::max());
    end(ConnectionEnd::server);
    if (after == After::reset_on_next_request) transport_->reset();
    co_return false;
}

asio::awaitable<void> Connection::part_politely() {
    if (gone()) co_return;
    end(ConnectionEnd::server);
    co_await transport_->farewell();
}

asio::awaitable<bool> Connection::sleep(Time until) {
    while (!gone() && std::chrono::steady_clock::now() < until) co_await change(until);
    co_return !gone();
}

asio::awaitable<bool> Connection::pass(Latch latch) {
    latch.arrive([weak = weak_from_this()] {
        const auto self = weak.lock();
        if (self) asio::post(self->wake_.get_executor(), [self] { self->changed(); });
    });
    while (!gone() && !latch.released()) co_await change(Time::max());
    co_return !gone();
}

asio::awaitable<void> Connection::change(Time until) {
    wake_.expires_at(until);
    (void)co_await wake_.async_wait(asio::as_tuple(asio::use_awaitable));
}

void Connection::changed() { wake_.cancel(); }

void Connection::end(ConnectionEnd how) { host_.journal.close_connection(id_, how); }

}  // namespace capstan::testing
