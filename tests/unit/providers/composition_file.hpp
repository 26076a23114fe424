#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace capstan::testing {

/// A file of this test alone.
class TemporaryFile {
public:
    TemporaryFile() {
        std::string name = (std::filesystem::temp_directory_path() / "cassette-XXXXXX").string();
        if (!::mkdtemp(name.data())) throw std::runtime_error("no folder");
        folder_ = name;
    }
    TemporaryFile(const TemporaryFile&) = delete;
    ~TemporaryFile() { std::filesystem::remove_all(folder_); }

    std::string path() const { return folder_ + "/cassette.jsonl"; }
    std::string text() const {
        std::ifstream file(path(), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    }
    void write(const std::string& text) const { std::ofstream(path(), std::ios::binary) << text; }

private:
    std::string folder_;
};

}  // namespace capstan::testing
