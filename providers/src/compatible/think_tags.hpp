#pragma once

#include <capstan/chunk.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace capstan::compatible {

/// Parts the text of an answer that begins with <think>...</think> into reasoning and text. Pure;
/// one object for each answer. A tag may be cut anywhere; what merely looks like the beginning of
/// one is handed on as soon as that is sure. White space around the block belongs to neither.
class ThinkTags {
public:
    void add(std::string_view text, std::vector<StreamChunk>& out);

    /// The end of the answer: a block that was never closed is reasoning all the same.
    void finish(std::vector<StreamChunk>& out);

private:
    enum class Place { before, inside, behind, text };

    bool step(std::vector<StreamChunk>& out);
    bool enter();
    bool leave(std::vector<StreamChunk>& out);
    bool trim();
    void emit(std::size_t size, std::vector<StreamChunk>& out);

    Place place_ = Place::before;
    std::string held_;
    bool opened_ = false;  // white space after the opening tag is skipped until the first thought
};

}  // namespace capstan::compatible
