#pragma once

#include "net/http_response_reader.hpp"
#include "net/http_settings.hpp"
#include "net/http_watch.hpp"

#include <capstan/http_client.hpp>

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace capstan {

/// One request and its response. Belongs to one coroutine at a time.
class HttpResponse::Impl {
public:
    Impl(std::shared_ptr<http::Settings> settings, const asio::any_io_executor& executor,
         const HttpRequest& request, std::stop_token stop);
    ~Impl();
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    /// Up to the head of the response.
    asio::awaitable<void> open(const HttpRequest& request);
    asio::awaitable<std::string_view> read_some();
    void limit_drain(std::chrono::milliseconds limit) { watch_->enter_drain(limit); }

    int status() const noexcept { return reader_->status(); }
    const HttpHeaders& headers() const noexcept { return reader_->headers(); }
    bool reused() const noexcept { return reused_; }

private:
    class Stopper {
    public:
        explicit Stopper(std::shared_ptr<http::Watch> watch) : watch_(std::move(watch)) {}
        void operator()() const { watch_->fire(HttpErrorKind::cancelled); }

    private:
        std::shared_ptr<http::Watch> watch_;
    };

    asio::awaitable<void> connect();
    /// False if the connection died before it answered.
    asio::awaitable<bool> transact(std::string_view head, const HttpRequest& request);
    asio::awaitable<http::ErrorCode> send(std::string_view head, const HttpRequest& request);
    asio::awaitable<http::ErrorCode> read_head();
    void take_pooled();
    void new_reader();
    http::ReadSpace space();
    void accept(const http::ErrorCode& error, std::size_t size);
    void accept_checked(const http::ErrorCode& error, std::size_t size);
    void release();
    void close() noexcept;

    std::shared_ptr<http::Settings> settings_;
    asio::any_io_executor executor_;
    http::Route route_;
    std::string peer_;
    std::shared_ptr<http::Pool> pool_;
    std::shared_ptr<http::Watch> watch_;
    std::optional<std::stop_callback<Stopper>> stop_;
    std::unique_ptr<http::Connection> connection_;
    std::optional<http::ResponseReader> reader_;
    bool reused_ = false;
    bool payload_waiting_ = false;  ///< came with the head
};

}  // namespace capstan
