package org.treegrpo.job.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** A page without external references. */
final class Page {

  private Page() {}

  /**
   * @param body markup
   */
  static String of(String title, String body) {
    return new Html()
        .raw("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
        .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
        .format("<title>%s</title>", title)
        .raw("<style>" + styles() + "</style></head><body><main>\n")
        .raw(body)
        .raw("\n</main></body></html>\n")
        .toString();
  }

  private static String styles() {
    try (InputStream in = Page.class.getResourceAsStream("report.css")) {
      if (in == null) {
        throw new IllegalStateException("report.css is missing from the jar; build it again");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("report.css cannot be read from the jar", e);
    }
  }
}
