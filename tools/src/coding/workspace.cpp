#include <capstan/tools/workspace.hpp>

#include "coding/atomic_file.hpp"
#include "coding/confined_path.hpp"
#include "coding/file_bytes.hpp"
#include "coding/undo_journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <mutex>
#include <system_error>

namespace capstan {

using namespace coding;

class Workspace::Impl {
public:
    Impl(const std::filesystem::path& path, Options settings)
        : options(std::move(settings)), root(path) {
        open_journal(options.undo_directory);
    }

    void open_journal(std::filesystem::path directory) {
        journal.reset();  // its folder may be the same
        journal = std::make_unique<UndoJournal>(root, std::move(directory), options.max_undo_bytes);
    }

    /// Changes what is at `path` by `change(place)`; `after` is the SHA-256 of the new content.
    template <class F>
    void change(const std::string& path, std::string_view turn, std::string after, F change) {
        auto folders = after.empty() ? std::vector<std::string>() : root.make_parents(path);
        bool begun = false;
        try {
            const auto place = root.locate(path);
            journal->begin(place, path, turn, std::move(after), folders);
            begun = true;
            change(place);
        } catch (...) {
            if (begun) journal->abandon();
            root.remove_folders(folders);
            throw;
        }
    }

    void write(const std::string& path, std::string_view content, std::string_view turn) {
        change(path, turn, sha256(content),
               [&](const Place& place) { put_file(place, path, content); });
    }

    bool holds(const std::string& path, std::optional<std::string_view> content) const {
        const auto place = locate_if_possible(path);
        if (!place || !place->exists) return !content;
        if (!content) return false;
        const auto file = open_place(*place, path);
        return file_size(file.get()) == content->size() &&
               read_all(file.get(), content->size() + 1) == *content;
    }

    std::optional<Place> locate_if_possible(const std::string& path) const {
        try {
            return root.locate(path);
        } catch (const WorkspaceError&) {
            return std::nullopt;  // e.g. its folder is missing
        }
    }

    const Options options;
    const ConfinedRoot root;
    mutable std::mutex mutex;
    std::unique_ptr<UndoJournal> journal;  // never null
};

Workspace::Workspace(std::filesystem::path root, Options options)
    : impl_(std::make_unique<Impl>(root, std::move(options))) {}

Workspace::~Workspace() = default;

const std::filesystem::path& Workspace::root() const noexcept { return impl_->root.path(); }

const WorkspaceOptions& Workspace::options() const noexcept { return impl_->options; }

std::string Workspace::relative(std::string_view path) const {
    return impl_->root.relative(path);
}

std::string Workspace::read(std::string_view path) const {
    const auto name = relative(path);
    const auto limit = impl_->options.max_file_bytes;
    const auto file = impl_->root.open_file(name);
    try {
        const auto size = file_size(file.get());
        auto text = size > limit ? std::string() : read_all(file.get(), limit + 1);
        if (size > limit || text.size() > limit)
            throw WorkspaceError(fmt::format("{} has {}; files of more than {} are not read",
                                             shown_path(name), size_text(size), size_text(limit)));
        if (is_binary(text))
            throw WorkspaceError(fmt::format("{} is no text but {} of {}", shown_path(name),
                                             binary_kind(text), size_text(text.size())));
        return text;
    } catch (const std::system_error& error) {
        refuse(name, error.code().value());
    }
}

bool Workspace::exists(std::string_view path) const {
    try {
        return impl_->root.locate(relative(path)).exists;
    } catch (const WorkspaceError&) {
        return false;
    }
}

int Workspace::open_file(std::string_view path) const {
    return impl_->root.open_file(relative(path)).release();
}

int Workspace::open_folder(std::string_view path) const {
    return impl_->root.open_folder(relative(path), O_RDONLY).release();
}

void Workspace::write(std::string_view path, std::string_view content, std::string_view turn) {
    const auto name = relative(path);
    const std::lock_guard lock(impl_->mutex);
    impl_->write(name, content, turn);
}

void Workspace::replace(std::string_view path, std::optional<std::string_view> before,
                        std::string_view content, std::string_view turn) {
    const auto name = relative(path);
    const std::lock_guard lock(impl_->mutex);
    if (!impl_->holds(name, before))
        throw WorkspaceError(
            fmt::format("{} was changed by others meanwhile; read it again", shown_path(name)));
    impl_->write(name, content, turn);
}

void Workspace::remove(std::string_view path, std::string_view turn) {
    const auto name = relative(path);
    const std::lock_guard lock(impl_->mutex);
    impl_->change(name, turn, {}, [&](const Place& place) { take_file(place, name); });
}

std::vector<std::string> Workspace::undo() {
    const std::lock_guard lock(impl_->mutex);
    try {
        return impl_->journal->undo();
    } catch (const std::system_error& error) {
        throw WorkspaceError(fmt::format("cannot undo: {}", error.code().message()));
    }
}

void Workspace::keep_changes_in(std::filesystem::path directory) {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->journal->size() > 0)
        throw WorkspaceError("changes were made already; where they are kept cannot be changed");
    try {
        impl_->open_journal(std::move(directory));
    } catch (...) {
        impl_->open_journal({});
        throw;
    }
}

std::size_t Workspace::undoable() const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->journal->size();
}

}  // namespace capstan
