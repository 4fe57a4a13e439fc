package org.treegrpo.job.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;

class PageTest {

  @Test
  void aPageLoadsNothingAndRunsNothing() {
    Document page = Jsoup.parse(Page.of("<title> & more", "<p>body</p>"));

    assertThat(page.title()).as("the title is text").isEqualTo("<title> & more");
    assertThat(page.select("script")).as("no script").isEmpty();
    assertThat(policy(page))
        .as("nor would a smuggled one run")
        .isEqualTo(
            "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'none';"
                + " base-uri 'none'; form-action 'none'");
  }

  @Test
  void thePolicyHoldsBeforeAnythingThatItGoverns() {
    Document page = Jsoup.parse(Page.interactive("run", "<p>body</p>"));

    assertThat(page.head().children().stream().map(child -> child.tagName() + child.attributes()))
        .as("only the encoding stands before it")
        .startsWith("meta charset=\"utf-8\"")
        .satisfies(
            tags ->
                assertThat(tags.get(1)).startsWith("meta http-equiv=\"Content-Security-Policy\""));
  }

  @Test
  void theScriptIsTheOneThatThePolicyNames() throws Exception {
    Document page = Jsoup.parse(Page.interactive("run", "<p>body</p>"));
    String script = page.select("script").first().data();
    byte[] hash =
        MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));

    assertThat(policy(page))
        .as("as a browser hashes it: the text between the tags")
        .contains("script-src 'sha256-" + Base64.getEncoder().encodeToString(hash) + "';");
    assertThat(script)
        .as("it builds elements and sets their text")
        .contains("textContent")
        .doesNotContain("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(");
  }

  private static String policy(Document page) {
    return page.select("meta[http-equiv=Content-Security-Policy]").attr("content");
  }
}
