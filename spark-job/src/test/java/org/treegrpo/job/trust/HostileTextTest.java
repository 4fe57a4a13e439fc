package org.treegrpo.job.trust;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Attribute;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.core.tensor.ScriptModule;
import org.treegrpo.core.tensor.TorchScriptArchive;

/** Prompts that would be markup, script or a turned sentence, in the report of a whole run. */
class HostileTextTest {

  private static final String SCRIPT = "<script>alert(1)</script>";
  private static final String QUOTES = "\" onerror='alert(2)' x=\"";
  private static final String ENTITY = "&lt;b&gt; &#60;i&#62; </style></title>--><!-- %s %n ${x}";
  private static final String TURNED = "\u202e\u05e9\u05dc\u05d5\u05dd turned";
  private static final String CONTROL = "red \u001b[31m and a bell \u0007";
  private static final String LONG = "w".repeat(100_000);

  private static String html;
  private static Document page;

  @BeforeAll
  static void report(@TempDir Path directory) throws IOException {
    Inputs inputs = new Inputs(directory);
    inputs.write(
        "policy/policy.json",
        """
        {"type": "torchscript", "file": "network.pt", "latentShape": [3, 8, 12],
         "prediction": "flow-velocity", "conditioning": [], "decoder": null}
        """);
    TorchScriptArchive.write(
        new ScriptModule(
                "Network",
                """
                def forward(self, latent: Tensor, timestep: Tensor) -> Tensor:
                  return torch.mul(latent, self.gain)
                """)
            .parameter("gain", new float[] {0.7f}, 1),
        inputs.file("policy/network.pt"));
    List<String> lines = new ArrayList<>();
    for (String text : List.of(SCRIPT, QUOTES, ENTITY, TURNED, CONTROL, LONG)) {
      lines.add(
          new JsonMapper().writeValueAsString(Map.of("id", "p" + lines.size(), "text", text)));
    }
    String prompts = String.join("\n", lines);
    inputs.write("held-out.jsonl", prompts);
    // Also the one whose tree is drawn.
    inputs.write("train.jsonl", lines.get(3));
    inputs
        .train(
            "rounds=1", "policy.guidance.scale=1", "tree.prompts-per-round=1", "report.prompts=6")
        .assertDone();
    html = Files.readString(inputs.file("run/report.html"));
    page = Jsoup.parse(html);
  }

  @Test
  void markupIsText() {
    assertThat(page.select(".pair > h3").eachText())
        .as("shown as it was written")
        .contains(SCRIPT, QUOTES, ENTITY);
    assertThat(page.select("script"))
        .as("the page's own script alone")
        .singleElement()
        .satisfies(script -> assertThat(script.data()).doesNotContain("alert("));
    assertThat(html).doesNotContain("<!--");
  }

  @Test
  void noTextBecomesAnAttributeThatRuns() {
    assertThat(
            page.getAllElements().stream()
                .flatMap(element -> element.attributes().asList().stream()))
        .as("no handler of an event, wherever a text stands in an attribute")
        .extracting(Attribute::getKey)
        .noneMatch(name -> name.startsWith("on"));
    assertThat(page.select(".pair img").eachAttr("alt"))
        .as("quotes end no attribute")
        .contains(QUOTES + ", before", QUOTES + ", after");
  }

  @Test
  void aPromptThatTurnsTheDirectionOfWritingEndsWithItself() {
    String shown = TURNED.replace("\u202e", "\\u202e");
    assertThat(html)
        .as("the mark is shown; letters turn a sentence too, a heading is a paragraph of its own")
        .contains("The prompt: <bdi>" + shown + "</bdi>.", "<h3>" + shown + "</h3>")
        .doesNotContain("\u202e");
  }

  @Test
  void controlCharactersAreShown() {
    assertThat(html)
        .as("none is in the page")
        .contains("<h3>red \\u001b[31m and a bell \\u0007</h3>")
        .doesNotContain("\u001b", "\u0007");
  }

  @Test
  void aVeryLongPromptIsCutAndShownInFullBehindAClick() {
    Element pair = page.selectFirst(".pair:has(.rest)");
    assertThat(pair.selectFirst("h3").text())
        .as("its start is the heading")
        .isEqualTo("w".repeat(160) + "…");
    assertThat(pair.selectFirst("summary").text()).isEqualTo("all 100,000 characters");
    assertThat(pair.selectFirst(".rest bdi").text()).as("all of it").isEqualTo(LONG);
    assertThat(pair.select("img").eachAttr("alt"))
        .as("and no label repeats it")
        .allMatch(alt -> alt.length() < 200);
    assertThat(page.selectFirst("style").data())
        .as("without a space, it is broken into lines")
        .contains(
            ".pair > h3 { overflow-wrap: anywhere; }", "overflow-wrap: anywhere; white-space");
  }
}
