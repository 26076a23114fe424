#pragma once

#include "agent/agent_inbox.hpp"

#include <capstan/api_handler.hpp>
#include <capstan/message_assembler.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace capstan::detail {

/// A call of the model under way. It is read beside the run, so that a retry can be told of while
/// the handler waits for it.
struct ModelCall {
    ModelCall(std::shared_ptr<AgentInbox> inbox_, std::string model)
        : inbox(std::move(inbox_)), assembler(std::move(model)) {}

    /// Closes the connection; nothing more of it arrives.
    void cancel();

    std::shared_ptr<AgentInbox> inbox;
    MessageAssembler assembler;  // of what was taken out of the inbox
    bool summary = false;        // its text is no answer of the run
    std::size_t fixed_chars = 0;
    std::int64_t input_estimate = 0;

    ChunkStream* stream = nullptr;  // in the reader's frame
    bool cancelled = false;
};

/// Begins a call; it sends its chunks, and then its end, to the inbox.
void start_model_call(const asio::any_io_executor& executor, ApiHandler& handler,
                      MessageRequest request, std::shared_ptr<ModelCall> call);

}  // namespace capstan::detail
