#pragma once

#include <string>
#include <string_view>

namespace capstan::coding {

/// The text of a page as a person would read it: headings ("# "), paragraphs, list items ("- "),
/// preformatted text as it is, links with their targets. Scripts, styles and comments are left
/// out. Any bytes are accepted; takes time linear in them.
std::string readable_html(std::string_view html);

/// Replaces "&amp;", "&#8211;", "&#x2013;" and the like.
std::string decoded_entities(std::string_view text);

}  // namespace capstan::coding
