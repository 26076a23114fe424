#include <capstan/reply.hpp>

#include <capstan/message_assembler.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace capstan {
namespace {

Reply reply_of(const MessageAssembler& assembler) {
    Reply reply;
    reply.message = assembler.message();
    if (assembler.usage()) reply.usage = *assembler.usage();
    if (assembler.finish()) reply.finish = *assembler.finish();
    return reply;
}

ApiError cancelled_error(const MessageAssembler& assembler) {
    ErrorInfo info;
    info.kind = ErrorKind::cancelled;
    info.phase = assembler.empty() ? ErrorPhase::before_first_chunk : ErrorPhase::mid_stream;
    info.summary = "The call was cancelled";
    return ApiError(std::move(info));
}

}  // namespace

IncompleteReply::IncompleteReply(const ApiError& error, Reply partial)
    : ApiError(error), partial_(std::make_shared<const Reply>(std::move(partial))) {}

asio::awaitable<Reply> collect(ChunkStream stream, std::string requested_model,
                               ChunkCallback on_chunk) {
    MessageAssembler assembler(std::move(requested_model));
    std::optional<ApiError> error;
    for (;;) {
        std::optional<StreamChunk> chunk;
        try {
            chunk = co_await stream.next();
        } catch (const ApiError& caught) {
            error = caught;
        } catch (const boost::system::system_error& caught) {
            // A coroutine that is cancelled between two chunks gets this from the co_await itself.
            if (caught.code() != asio::error::operation_aborted) throw;
            error = cancelled_error(assembler);
        }
        if (!chunk) break;
        assembler.add(*chunk);
        if (on_chunk) on_chunk(*chunk);
    }
    if (error) throw IncompleteReply(*error, reply_of(assembler));
    co_return reply_of(assembler);
}

asio::awaitable<Reply> detail::collect_to_end(ChunkStream stream, std::string requested_model,
                                              ChunkCallback on_chunk) {
    std::exception_ptr failure;
    Reply reply;
    try {
        auto reading = collect(std::move(stream), std::move(requested_model), std::move(on_chunk));
        reply = co_await std::move(reading);
    } catch (...) {
        failure = std::current_exception();
    }
    co_await asio::this_coro::throw_if_cancelled(false);
    if (failure) std::rethrow_exception(failure);
    co_return reply;
}

Reply ask(ApiHandler& handler, MessageRequest request, ChunkCallback on_chunk,
          std::stop_token stop) {
    asio::io_context context(1);
    asio::cancellation_signal signal;
    std::stop_callback on_stop(std::move(stop), [&context, &signal] {
        asio::post(context, [&signal] { signal.emit(asio::cancellation_type::all); });
    });
    auto model = request.model.empty() ? handler.get_model().id : request.model;
    auto reading = detail::collect_to_end(handler.create_message(std::move(request)),
                                          std::move(model), std::move(on_chunk));
    std::exception_ptr error;
    std::optional<Reply> reply;
    asio::co_spawn(context, std::move(reading),
                   asio::bind_cancellation_slot(
                       signal.slot(), [&](std::exception_ptr failure, Reply result) {
                           error = std::move(failure);
                           reply = std::move(result);
                       }));
    context.run();
    if (error) std::rethrow_exception(error);
    return std::move(*reply);
}

std::string ask(ApiHandler& handler, std::string question) {
    MessageRequest request;
    request.messages = Conversation::user(std::move(question));
    return text_of(ask(handler, std::move(request)).message.content);
}

}  // namespace capstan
