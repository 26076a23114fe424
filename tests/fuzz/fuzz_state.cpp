// Any bytes as the state file: opening it never crashes, and either the store works (with the file
// moved aside if it was bad) or it refuses a database of another program.
//
// An input that begins with a letter 'r' is the file itself; any other one is a list of patches
// (two bytes offset, one byte length, bytes) to a good file, so that mutations get past the header.
#include <capstan/state_store.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {

namespace fs = std::filesystem;
using namespace capstan;

struct Folder {
    Folder() { fs::create_directories(path); }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    const fs::path base = fs::exists("/dev/shm") ? "/dev/shm" : fs::temp_directory_path();
    const fs::path path = base / ("capstan-fuzz-state-" + std::to_string(::getpid()));
};

const Folder folder;
const std::string path = (folder.path / "state.db").string();

void empty_folder() {
    for (const auto& entry : fs::directory_iterator(folder.path)) fs::remove(entry.path());
}

void put(StateStore& store, const char* key) {
    store.transact("fuzz", {}, [key](const StateDelta&) {
        std::vector<StateEntry> entries;
        entries.emplace_back(key, "value");
        return entries;
    });
}

std::string make_good_file() {
    {
        SqliteStateStore store(path);
        for (const char* key : {"a", "b", "c", "d"}) put(store, key);
    }
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string patched(std::string file, const std::uint8_t* data, std::size_t size) {
    while (size > 3) {
        const std::size_t at = (data[0] << 8 | data[1]) % file.size();
        const auto length = std::min({std::size_t{data[2]}, size - 3, file.size() - at});
        std::memcpy(file.data() + at, data + 3, length);
        data += 3 + length;
        size -= 3 + length;
    }
    return file;
}

bool has(StateStore& store, const std::string& key) {
    const auto delta = store.changes_since("fuzz", {});
    return std::any_of(delta.entries.begin(), delta.entries.end(),
                       [&](const StateEntry& e) { return e.key == key && e.value == "value"; });
}

/// One try of a program that uses the store; the next one may find it recovered.
bool works(StateStore& store) {
    try {
        put(store, "new");
        return has(store, "new");
    } catch (const StateError&) {
        return false;
    }
}

bool is_foreign() {
    SqliteStateStore store(path);
    try {
        store.changes_since("fuzz", {});
        return false;
    } catch (const StateError& error) {
        return std::strstr(error.what(), "another program") != nullptr;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::string good = make_good_file();
    empty_folder();
    const bool raw = size > 0 && data[0] == 'r';
    const std::string bytes = raw ? std::string(data + 1, data + size) : patched(good, data, size);
    std::ofstream(path, std::ios::binary) << bytes;
    bool fine = false;
    for (int attempt = 0; attempt < 3 && !fine; ++attempt) {
        SqliteStateStore store(path);
        fine = works(store) || works(store);
    }
    if (!fine && !is_foreign()) std::abort();
    return 0;
}
