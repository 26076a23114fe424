#pragma once

#include "composition/fallback_core.hpp"

#include <exception>
#include <memory>
#include <optional>
#include <vector>

namespace capstan::composition {

/// One call's way through the entries. Pure but for the handlers that it asks for streams.
class FallbackCall {
public:
    FallbackCall(std::shared_ptr<FallbackHandler::Core> core,
                 std::unique_ptr<MessageRequest> request);

    /// The stream of the entry that is to be tried now.
    ChunkStream open();

    /// False: the chunk was taken and is held back, because it says nothing of the answer itself.
    bool passes(StreamChunk& chunk);

    /// What was held back and belongs before `chunk`.
    std::vector<StreamChunk> held_before(const StreamChunk& chunk);

    /// After a failure: nothing when the next entry is to be tried, else what is to be thrown,
    /// behind usage_of_failures().
    std::exception_ptr judge(const std::exception_ptr& failure);

    /// What failed entries cost, once, when nobody else will tell it.
    std::optional<UsageChunk> usage_of_failures();

private:
    struct Attempt {
        std::size_t entry;
        ApiError error;
    };

    bool has_next() const noexcept { return place_ + 1 < order_.size(); }
    std::optional<UsageChunk> usage_before(const StreamChunk& chunk);
    void go_on(const ApiError& error);
    ApiError final_error() const;
    void add_failed_cost(Usage& usage) const;

    std::shared_ptr<FallbackHandler::Core> core_;
    std::unique_ptr<MessageRequest> request_;
    std::vector<std::size_t> order_;
    std::size_t place_ = 0;
    std::vector<Attempt> attempts_;
    std::vector<StreamChunk> early_;  // of the entry under way, before its answer
    std::optional<Usage> held_;       // likewise
    std::optional<Usage> failed_;     // of failed entries, summed
    bool delivered_ = false;
};

}  // namespace capstan::composition
