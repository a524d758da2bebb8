// HTML to text that loses no words and no links: what a post looks like to the person who reads
// it. A state machine over tags and entities, without a tree, a stack or recursion, so that time
// and memory are linear in the input whatever its nesting. It never fetches, runs or checks
// anything; broken markup comes out as the words it holds.
//
//  · <br>, rows and list items begin a new line; paragraphs and headings are set apart by one
//    empty line; runs of space are one space, except inside <pre>
//  · a link whose text is not its address is followed by the address in parentheses; a link shown
//    in part (Mastodon's `invisible` and `ellipsis` spans) comes out whole
//  · mentions and hashtags stay as they are written: "@mortons", "#steak"
//  · the alt of an image (a custom emoji) stands in its place
//  · <script>, <style> and comments are dropped
//
// Pure and thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace maitred {

// `html` is UTF-8; what comes out is UTF-8 if it was.
std::string html_to_text(std::string_view html);

// Only the entities: "Fish &amp; Chips" → "Fish & Chips". For attributes and plain titles.
std::string decode_entities(std::string_view text);

}  // namespace maitred
