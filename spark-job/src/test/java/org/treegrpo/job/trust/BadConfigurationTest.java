package org.treegrpo.job.trust;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A configuration that cannot be used, seen from the command line. */
class BadConfigurationTest {

  @TempDir Path directory;
  private Inputs inputs;

  @BeforeEach
  void write() throws IOException {
    inputs = new Inputs(directory);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          sampler.stpes=5              | treegrpo.sampler.stpes = 5: unknown key; did you mean treegrpo.sampler.steps?
          brnaching=2                  | did you mean treegrpo.tree.branching?
          sampler.steps=five           | treegrpo.sampler.steps = five: must be a whole number from 1 to 1000
          policy.guidance=4            | treegrpo.policy.guidance = 4: must be a block
          rewards=ocr                  | treegrpo.rewards = ocr: must be a list
          optimizer.learning-rate=-1   | treegrpo.optimizer.learning-rate = -1: must be a number > 0
          update.clip=NaN              | treegrpo.update.clip = NaN: must be a number
          tree.branching=0             | treegrpo.tree.branching = 0: must be a whole number from 1
          tree.width=6                 | treegrpo.tree.width = 6: the window must fit into the steps: width <= 4
          tree.window.start=9          | treegrpo.tree.window.start = 9: must be <= 3 for a fixed window
          tree.prompts-per-round=7     | treegrpo.tree.prompts-per-round = 7: must be at most the 6 prompts of treegrpo.prompts.train
          run-dir=                     | treegrpo.run-dir: is required
          run-dir="a\\u0000b"          | treegrpo.run-dir = a\\u0000b: must be a path
          policy.path="a\\u0000b"      | treegrpo.policy.path = a\\u0000b: must be a path
          run-dir=nofs://host/run      | treegrpo.run-dir: 'nofs://host/run' must be a directory of a known file system
          policy.path=nofs://host/p    | treegrpo.policy.path: nofs://host/p must be readable
          prompts.train=http:          | treegrpo.prompts.train
          """)
  void aBadValueIsNamedWithItsRule(String override, String message) throws IOException {
    String window = override.startsWith("tree.window") ? "tree.window.strategy=fixed" : "seed=7";
    inputs.train(window, override).assertRefused(message);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          { name = size, type = ocr }            | treegrpo.rewards[1].name = size: must be unique among the rewards
          { name = "../up", type = ocr }         | treegrpo.rewards[1].name = ../up: must consist of a-z, 0-9 and '-'
          { name = "", type = ocr }              | treegrpo.rewards[1].name: must consist of
          { name = other, type = aesthetic }     | treegrpo.rewards[1].type = aesthetic: must be one of:
          { name = other }                       | treegrpo.rewards[1].type: needs a value
          { name = other, type = ocr, weight = -1 } | treegrpo.rewards[1].weight = -1: must be a number >= 0
          { name = other, type = ocr, options { modle = v4 } } | option 'modle' is unknown to type 'ocr'
          """)
  void aBadRewardIsNamedWithItsRule(String reward, String message) throws IOException {
    String rewards = "rewards=[{ name = size, type = jpeg-compressibility }, " + reward + "]";
    inputs.train(rewards).assertRefused(message);
  }

  @Test
  void aMissingFileIsNamed() throws IOException {
    inputs
        .command("train", "--config", inputs.file("none.conf").toString())
        .assertRefused("--config = " + inputs.file("none.conf"), "must be a readable file");
  }

  @Test
  void aDirectoryIsNoConfiguration() throws IOException {
    inputs
        .command("train", "--config", inputs.file("policy").toString())
        .assertRefused("--config = " + inputs.file("policy"), "must be a readable file");
  }

  @Test
  void bytesThatAreNotUtf8AreNoConfiguration() throws IOException {
    Files.write(inputs.file("run.conf"), new byte[] {'t', '=', '"', (byte) 0xff, '"'});
    inputs.train().assertRefused("--config = " + inputs.file("run.conf"), "must be UTF-8");
  }

  @Test
  void aMalformedFileNamesTheLine() throws IOException {
    inputs.edit("run.conf", "rounds = 3", "rounds = 3 ]");
    inputs.train().assertRefused(inputs.file("run.conf") + ": 3", "cannot be read");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          url("http://127.0.0.1:1/x.conf")     | include url("http://127.0.0.1:1/x.conf") must be a file
          "http://127.0.0.1:1/x.conf"          | include "http://127.0.0.1:1/x.conf" must be a file
          classpath("reference.conf")          | include classpath("reference.conf") must be a file
          "reference.conf"                     | include "reference.conf" must be a file that is there
          "none"                               | include "none" must be a file that is there
          required("none.conf")                | include "none.conf" must be a file that is there
          file("/none/x.conf")                 | include file("/none/x.conf") must be a file that is there
          required(url("http://127.0.0.1:1/")) | include url("http://127.0.0.1:1/") must be a file
          """)
  void onlyAFileThatIsThereIsIncluded(String what, String message) throws IOException {
    Files.writeString(inputs.file("inner.conf"), "treegrpo { include " + what + " }\n");
    inputs.edit("run.conf", "treegrpo {", "include \"inner\"\ntreegrpo {");
    inputs.train().assertRefused(message);
    inputs
        .train("evaluation={ include file(\"" + inputs.file("inner.conf") + "\") }")
        .assertRefused(message);
  }

  @Test
  void aFileIsIncludedFromBesideTheOneThatIncludesIt() throws IOException {
    Files.createDirectories(inputs.file("parts"));
    inputs.write("parts/inner.conf", "include \"seed\"\n");
    inputs.write("parts/seed.conf", "treegrpo.seed = none-such\n");
    inputs.edit("run.conf", "seed = 7", "");
    inputs.edit("run.conf", "treegrpo {", "include \"parts/inner.conf\"\ntreegrpo {");
    inputs
        .train()
        .assertRefused("treegrpo.seed = none-such", inputs.file("parts/seed.conf") + ":1");
  }

  @Test
  void bracketsNestedBeyondReasonAreNoConfiguration() throws IOException {
    int depth = 20_000;
    inputs.write("run.conf", "a {".repeat(depth) + "}".repeat(depth));
    inputs.train().assertRefused("configuration: cannot be read: its brackets are nested too");
  }

  @Test
  void everyCommandThatReadsAConfigurationRefusesABadOne() throws IOException {
    for (String command : new String[] {"train", "resume", "evaluate", "pretrain", "plan"}) {
      inputs
          .command(inputs.arguments(command, "sampler.steps=0"))
          .assertRefused("treegrpo.sampler.steps = 0");
    }
  }
}
