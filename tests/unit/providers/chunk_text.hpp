#pragma once

#include <capstan/chunk.hpp>

#include <string>
#include <vector>

/// Chunks as one short text, for tables of tests: "T(text) R(text/hidden/details) C0(id,name,args)
/// X(name=json)".
inline std::string chunk_text(const std::vector<capstan::StreamChunk>& chunks) {
    using namespace capstan;
    std::string out;
    for (const StreamChunk& chunk : chunks) {
        if (!out.empty()) out += ' ';
        if (const auto* text = std::get_if<TextChunk>(&chunk)) out += "T(" + text->text + ")";
        if (const auto* part = std::get_if<ReasoningChunk>(&chunk)) {
            out += "R(" + part->text + "/" + part->hidden_text + "/";
            out += (part->details_present ? to_json_text(part->details) : "") + ")";
        }
        if (const auto* call = std::get_if<ToolCallChunk>(&chunk)) {
            out += "C" + std::to_string(call->index) + "(" + call->id + "," + call->name + "," +
                   call->arguments + (call->extra.empty() ? "" : "," + to_json_text(call->extra)) +
                   ")";
        }
        if (const auto* extra = std::get_if<ExtraChunk>(&chunk)) {
            out += "X(" + extra->name + "=" + to_json_text(extra->value) + ")";
        }
    }
    return out;
}
