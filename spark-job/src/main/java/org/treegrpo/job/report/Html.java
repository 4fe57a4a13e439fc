package org.treegrpo.job.report;

import java.util.Locale;
import org.treegrpo.core.base.Printable;

/** HTML under construction. Text goes through {@link #escape}; only fixed markup is raw. */
final class Html {
  /** Characters of a text from outside that are shown at once. */
  private static final int AT_ONCE = 160;

  private final StringBuilder out = new StringBuilder();

  /** Markup from this package, or text that is already escaped. */
  Html raw(String markup) {
    out.append(markup);
    return this;
  }

  /** Markup with {@code %s} holes; every argument is escaped. */
  Html format(String markup, Object... arguments) {
    Object[] escaped = new Object[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      escaped[i] = escape(String.valueOf(arguments[i]));
    }
    out.append(String.format(Locale.ROOT, markup, escaped));
    return this;
  }

  /** Text for people; escaped. */
  Html text(String text) {
    out.append(escape(text));
    return this;
  }

  /**
   * The start of a text from outside that may have any length, with an ellipsis where it is cut;
   * {@link #rest} shows all of it.
   */
  static String start(String text) {
    return isLong(text) ? text.substring(0, text.offsetByCodePoints(0, AT_ONCE)) + "…" : text;
  }

  /** All of a text that {@link #start} cuts, behind a click; nothing where it is short. */
  Html rest(String text) {
    if (!isLong(text)) {
      return this;
    }
    return format(
        "<details class=\"rest\"><summary>all %s characters</summary><bdi>%s</bdi></details>",
        Figures.count(text.codePointCount(0, text.length())), text);
  }

  private static boolean isLong(String text) {
    return text.codePointCount(0, text.length()) > AT_ONCE;
  }

  /** Opens a {@code div} for what may be wider than the page, that the keyboard can scroll too. */
  Html scroll(String label) {
    return format("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">", label);
  }

  /** A chart of a row of charts; nothing where it has no points. */
  void chart(String title, LineChart chart) {
    String svg = chart.svg(title);
    if (!svg.isEmpty()) {
      format("<div><h3>%s</h3>", title).raw(svg).raw("</div>");
    }
  }

  @Override
  public String toString() {
    return out.toString();
  }

  /** {@code text} so that it is printable text in an element and in a quoted attribute. */
  static String escape(String text) {
    String printable = Printable.escaped(text);
    StringBuilder escaped = new StringBuilder(printable.length() + 16);
    for (int i = 0; i < printable.length(); i++) {
      char c = printable.charAt(i);
      switch (c) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&quot;");
        case '\'' -> escaped.append("&#39;");
        default -> escaped.append(c);
      }
    }
    return escaped.toString();
  }
}
