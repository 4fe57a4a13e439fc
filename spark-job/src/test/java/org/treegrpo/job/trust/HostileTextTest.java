package org.treegrpo.job.trust;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
  }

  @Test
  void markupIsText() {
    assertThat(html)
        .as("shown as it was written")
        .contains(
            "&lt;script&gt;alert(1)&lt;/script&gt;",
            "&quot; onerror=&#39;alert(2)&#39; x=&quot;",
            "&amp;lt;b&amp;gt; &amp;#60;i&amp;#62; &lt;/style&gt;&lt;/title&gt;--&gt;&lt;!-- %s %n ${x}")
        .doesNotContain("<script", "onerror='", "\" onerror=", "<!--");
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
  void aVeryLongPromptIsShownInFull() {
    assertThat(html).as("and broken into lines").contains("<h3>" + LONG + "</h3>");
    assertThat(html).contains(".pair > h3 { overflow-wrap: anywhere; }");
  }
}
