#include "workspace_fixture.hpp"

#include <map>
#include <random>
#include <string>
#include <vector>

using namespace test;
using namespace capstan;
using namespace std::string_literals;

namespace {

using Names = std::vector<std::string>;
/// Every file with its mode and content, every folder.
using Tree = std::map<std::string, std::string>;

Tree tree_of(const std::string& root) {
    Tree tree;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        const auto path = entry.path().string();
        const auto content = entry.is_directory() ? "folder" : read_file(path);
        tree[path] = std::to_string(mode_of(path)) + ' ' + content;
    }
    return tree;
}

}  // namespace

TEST_CASE("workspace: creating, changing and removing are taken back, newest first") {
    const WorkspaceFixture fixture;
    REQUIRE(::chmod(fixture.at("sub/b.txt").c_str(), 0750) == 0);
    write_file(fixture.at("binary"), "\0\1\2"s);
    const auto before = tree_of(fixture.root());
    Workspace workspace(fixture.root());
    CHECK(refusal([&] { workspace.undo(); }) == "there is nothing to undo");
    workspace.write("a.txt", "changed\n");
    workspace.write("new/deep/file", "x");
    workspace.remove("sub/b.txt");
    workspace.write("binary", "text");
    CHECK(workspace.undoable() == 4);
    CHECK(workspace.undo() == Names{"binary"});
    CHECK(workspace.undo() == Names{"sub/b.txt"});
    CHECK(workspace.undo() == Names{"new/deep/file"});
    CHECK(workspace.undo() == Names{"a.txt"});
    CHECK(tree_of(fixture.root()) == before);
    CHECK_THROWS_AS(workspace.undo(), WorkspaceError);
}

TEST_CASE("workspace: the changes of a turn are taken back together") {
    const WorkspaceFixture fixture;
    Workspace workspace(fixture.root());
    workspace.write("first", "1", "turn 1");
    const auto before = tree_of(fixture.root());
    workspace.write("a.txt", "2", "turn 2");
    workspace.remove("sub/b.txt", "turn 2");
    workspace.write("a.txt", "3", "turn 2");
    workspace.remove("a.txt", "turn 2");
    workspace.write("a.txt", "4", "turn 2");
    CHECK(workspace.undo() == Names{"a.txt", "sub/b.txt"});
    CHECK(tree_of(fixture.root()) == before);
    CHECK(workspace.undoable() == 1);
}

TEST_CASE("workspace: what others changed since is left alone") {
    const WorkspaceFixture fixture;
    Workspace workspace(fixture.root());
    workspace.write("sub/b.txt", "ours\n", "turn");
    workspace.write("a.txt", "ours\n", "turn");
    SECTION("changed") { write_file(fixture.at("sub/b.txt"), "theirs\n"); }
    SECTION("removed") { std::filesystem::remove(fixture.at("sub/b.txt")); }
    SECTION("its folder removed") { std::filesystem::remove_all(fixture.at("sub")); }
    SECTION("replaced by a folder") {
        std::filesystem::remove(fixture.at("sub/b.txt"));
        std::filesystem::create_directory(fixture.at("sub/b.txt"));
    }
    const auto before = tree_of(fixture.root());
    CHECK(mentions(refusal([&] { workspace.undo(); }), "sub/b.txt"));
    CHECK(tree_of(fixture.root()) == before);
    CHECK(workspace.undoable() == 2);
}

TEST_CASE("workspace: any sequence of changes is taken back to where it began") {
    const WorkspaceFixture fixture;
    std::mt19937 random(3);
    const Names paths = {"a.txt", "sub/b.txt", "n", "m/n", "m/o/p"};
    for (int round = 0; round < 8; ++round) {
        Workspace workspace(fixture.root());
        const auto before = tree_of(fixture.root());
        for (int i = 0; i < 12; ++i) {
            const auto& path = paths[random() % paths.size()];
            const auto turn = "turn " + std::to_string(i / (1 + round % 4));
            if (random() % 3 == 0 && workspace.exists(path)) workspace.remove(path, turn);
            else workspace.write(path, std::to_string(random()), turn);
        }
        while (workspace.undoable() > 0) workspace.undo();
        REQUIRE(tree_of(fixture.root()) == before);
    }
}

TEST_CASE("workspace: the temporary undo folder goes with the workspace, a named one stays") {
    const WorkspaceFixture fixture;
    WorkspaceOptions options;
    options.undo_directory = fixture.folder.path("undo");
    {
        Workspace workspace(fixture.root(), options);
        workspace.write("a.txt", "changed");
    }
    CHECK(read_file(fixture.folder.path("undo/000001")) == "one\ntwo\n");
    CHECK(mode_of(fixture.folder.path("undo/000001")) == 0600);
}
