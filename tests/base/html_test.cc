#include "base/html.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using maitred::decode_entities;
using maitred::html_to_text;

namespace {

struct Row {
  const char* html;
  const char* text;
};

std::string repeated(std::string_view text, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("paragraphs, breaks and items become lines, runs of space one space") {
  const Row rows[] = {
      {"<p>One</p><p>Two</p>", "One\n\nTwo"},
      {"<p>One<br>Two<br/>Three</p>", "One\nTwo\nThree"},
      {"where is my order 4<br>", "where is my order 4"},
      {"a<br><br>b", "a\n\nb"},
      {"a<br><br><br><br>b", "a\n\nb"},
      {"<div>a</div><div>b</div>", "a\nb"},
      {"<ul><li>shrimp</li><li>potatoes</li></ul>", "shrimp\npotatoes"},
      {"  a \n\t b  ", "a b"},
      {"<p>  </p><p>a</p>", "a"},
      {"<b>bo</b>ld", "bold"},
      {"<h1>Menu</h1>ribeye", "Menu\n\nribeye"},
      {"<tr><td>ribeye</td><td>52</td></tr>", "ribeye 52"},
      {"<blockquote>he said</blockquote>she said", "he said\n\nshe said"},
      {"", ""},
      {"<p></p>", ""},
      {"明天晚上<br />八點", "明天晚上\n八點"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.html);
    CHECK(html_to_text(row.html) == row.text);
  }
}

TEST_CASE("a link comes out whole, once where text and address are the same") {
  const Row rows[] = {
      {"<a href=\"https://example.com/menu/steak\"><span class=\"invisible\">https://</span>"
       "<span class=\"ellipsis\">example.com/menu</span><span "
       "class=\"invisible\">/steak</span></a>",
       "https://example.com/menu/steak"},
      {"<a href='https://example.com/'>example.com</a>", "https://example.com/"},
      {"see <a href=\"https://example.com\">www.example.com</a>.", "see https://example.com."},
      {"<a href=\"https://example.com/a?b=1&amp;c=2\">the menu</a>!",
       "the menu (https://example.com/a?b=1&c=2)!"},
      {"<a href=\"https://evil.example\">https://bank.example</a>",
       "https://bank.example (https://evil.example)"},
      {"<a href=\"https://example.com/long\">example.com/lo…</a>",
       "example.com/lo… (https://example.com/long)"},
      {"<a href=\"mailto:a@example.com\">a@example.com</a>", "a@example.com"},
      {"<a href=\"tel:+15550100\">call us</a>", "call us (tel:+15550100)"},
      {"<a href=\"https://example.com/pic\"><img src=x></a>", "https://example.com/pic"},
      {"<a href=\"#top\">top</a> <a>none</a> <a href=\"javascript:x()\">run</a>", "top none run"},
      {"<a href=\"https://a.example\">one<a href=\"https://b.example\">two</a>",
       "one (https://a.example)two (https://b.example)"},
      {"<a href=https://example.com/x>unquoted</a>", "unquoted (https://example.com/x)"},
      {"<a href=\"https://example.com\">never closed", "never closed (https://example.com)"},
      {"<p>a</p><a href=\"https://example.com/b\">\n b</a>", "a\n\nb (https://example.com/b)"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.html);
    CHECK(html_to_text(row.html) == row.text);
  }
}

TEST_CASE("mentions and hashtags stay as people wrote them") {
  const Row rows[] = {
      {"<span class=\"h-card\"><a href=\"https://social.example/@mortons\" class=\"u-url "
       "mention\">@"
       "<span>mortons</span></a></span> a table?",
       "@mortons a table?"},
      {"<a href=\"https://social.example/tags/steak\" class=\"mention hashtag\" rel=\"tag\">#<span>"
       "steak</span></a>",
       "#steak"},
      {"<a href=\"http://127.0.0.2/brand\">@brand@127.0.0.2</a> hi", "@brand@127.0.0.2 hi"},
      {"<a href=\"https://spam.example\"># 1 steak</a>", "# 1 steak (https://spam.example)"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.html);
    CHECK(html_to_text(row.html) == row.text);
  }
}

TEST_CASE("scripts, styles and comments say nothing; the alt of an image stands for it") {
  const Row rows[] = {
      {"a<script>if (1 < 2) alert('<p>')</script>b", "ab"},
      {"a<STYLE>p{}</Style>b", "ab"},
      {"a<!-- no -->b", "ab"},
      {"a<!DOCTYPE html><?xml?>b", "ab"},
      {"lovely <img class=emoji alt=\":steak:\" src=\"s.png\"> here", "lovely :steak: here"},
      {"<script>never closed", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.html);
    CHECK(html_to_text(row.html) == row.text);
  }
}

TEST_CASE("entities, the bad ones too") {
  const Row rows[] = {
      {"Fish &amp; Chips", "Fish & Chips"},
      {"&lt;b&gt;", "<b>"},
      {"caf&eacute; &#8364;20 &#x20ac;20 &euro;20", "café €20 €20 €20"},
      {"Morton&#39;s &rsquo; &apos;", "Morton's ’ '"},
      {"&#147;quoted&#148; &#150;", "“quoted” –"},
      {"&#0; &#xD800; &#x110000; &#99999999999;", "\uFFFD \uFFFD \uFFFD \uFFFD"},
      {"&nosuch; &; & &# &#x; AT&T", "&nosuch; &; & &# &#x; AT&T"},
      {"a &amp b &lt c", "a & b < c"},
      {"?a=1&copy=2&amp=3", "?a=1&copy=2&amp=3"},
      {"a&nbsp;b", "a\u00a0b"},
      {"&#65", "A"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.html);
    CHECK(html_to_text(row.html) == row.text);
  }
  CHECK(decode_entities("Tom &amp; <b>") == "Tom & <b>");
}

TEST_CASE("broken markup comes out as the words it holds") {
  const Row rows[] = {
      {"2 < 3 and 4 > 3", "2 < 3 and 4 > 3"},
      {"I <3 steak", "I <3 steak"},
      {"a <b", "a <b"},
      {"ends with <", "ends with <"},
      {"<p title=\"a > b\">c</p>", "c"},
      {"<p title=\"never closed>c</p>", "c"},
      {"<p it's>c</p>", "c"},
      {"</nothing></p>a", "a"},
      {"<!-- never closed", "<!-- never closed"},
      {"<pre>a  b\n  c</pre>", "a  b\n  c"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.html);
    CHECK(html_to_text(row.html) == row.text);
  }
}

TEST_CASE("bombs cost no more than their length: a megabyte each ends within the test's time") {
  const size_t count = 200'000;
  CHECK(html_to_text(repeated("<div>", count) + "a") == "a");
  CHECK(html_to_text(repeated("<a href=x>", count) + "a").ends_with("a (x)"));
  CHECK(html_to_text(repeated("<", count)).size() == count);
  CHECK(html_to_text(repeated("<!", count)).size() == 2 * count);
  CHECK(html_to_text(repeated("<!--", count)).size() == 4 * count);
  CHECK(html_to_text(repeated("<a \"", count)).size() > count);
  CHECK(html_to_text(repeated("<a b=\"", count) + ">").empty());
  CHECK(html_to_text(repeated("<a b='>", count) + "z").find('z') != std::string::npos);
  CHECK(html_to_text(repeated("&", count)).size() == count);
  CHECK(html_to_text(repeated("&#", count)).size() == 2 * count);
  CHECK(html_to_text(repeated("<script>", count)).empty());
}
