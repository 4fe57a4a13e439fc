package org.treegrpo.job.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.treegrpo.core.base.Sha256;

/**
 * A page without external references. Its policy forbids the browser to load anything and to run
 * any script but {@code report.js}, known by its hash, whatever text the body holds.
 */
final class Page {

  private Page() {}

  /**
   * A page without a script.
   *
   * @param body markup
   */
  static String of(String title, String body) {
    return page(title, body, "'none'", "");
  }

  /**
   * A page with {@code report.js}, which wires the controls in its body; without the script they
   * are hidden.
   *
   * @param body markup
   */
  static String interactive(String title, String body) {
    String script = resource("report.js");
    byte[] digest = Sha256.newDigest().digest(script.getBytes(StandardCharsets.UTF_8));
    return page(
        title,
        body,
        "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'",
        "<script>" + script + "</script>");
  }

  private static String page(String title, String body, String scripts, String script) {
    return new Html()
        .raw("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
        .raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ")
        .raw("img-src data:; style-src 'unsafe-inline'; script-src " + scripts)
        .raw("; base-uri 'none'; form-action 'none'\">")
        .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
        .format("<title>%s</title>", title)
        .raw("<style>" + resource("report.css") + "</style></head><body><main>\n")
        .raw(body)
        .raw("\n</main>" + script + "</body></html>\n")
        .toString();
  }

  private static String resource(String name) {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing from the jar; build it again");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(name + " cannot be read from the jar", e);
    }
  }
}
