package org.treegrpo.job.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.job.cli.ExitCodes;
import org.treegrpo.job.train.CommandLineRun;

/** A registry by its command, and a run that starts from what is promoted. */
class RegistryCommandTest {

  @TempDir Path directory;
  private Inputs inputs;

  @BeforeEach
  void train() throws IOException {
    inputs = new Inputs(directory);
    inputs.train("rounds=2").assertDone();
  }

  private CommandLineRun registry(String... arguments) throws IOException {
    String[] all = new String[arguments.length + 3];
    all[0] = "registry";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    all[arguments.length + 1] = "--registry";
    all[arguments.length + 2] = inputs.file("registry").toString();
    return CommandLineRun.of(directory, all);
  }

  @Test
  void aRunIsAddedPromotedAndStartedFrom() throws IOException {
    CommandLineRun added = registry("add", "--run-dir", inputs.file("run").toString(), "--promote");
    added.assertDone();
    assertThat(added.out()).contains("v000001 is promoted");
    CommandLineRun list = registry("list");
    assertThat(list.out()).contains("v000001 promoted", "round 2 of " + inputs.file("run"));
    assertThat(list.changed()).as("looking changes nothing").isEmpty();
    assertThat(registry("show").out()).contains("\"id\" : \"v000001\"", "\"evaluation\" : {");

    Path weights = inputs.file("registry/versions/v000001/policy.safetensors");
    Files.move(inputs.file("run"), inputs.file("first"));
    inputs.train("rounds=1", "policy.weights=\"%s\"".formatted(weights)).assertDone();
    assertThat(Files.readString(inputs.file("run/run.json")))
        .as("it begins where the first one ended")
        .contains(sha256(Files.readString(inputs.file("registry/versions/v000001/version.json"))));
    registry("add", "--run-dir", inputs.file("run").toString()).assertDone();
    assertThat(registry("show", "v000002").out()).contains("\"parent\" : \"v000001\"");
    registry("promote", "v000002", "--reason", "it reads better").assertDone();
    assertThat(registry("list").out()).containsPattern("v000002 is promoted since .*: it reads");
    assertThat(registry("rollback").out()).contains("v000001 is promoted, before it v000002");
    assertThat(registry("gc", "--keep", "1", "--candidates", "0").out())
        .as("the newest stays")
        .contains("deleted: []");
  }

  private static String sha256(String version) {
    return version.replaceAll("(?s).*\"weights_sha256\" : \"([0-9a-f]{64})\".*", "$1");
  }

  @Test
  void theGateLetsPassOrRefuses() throws IOException {
    registry("add", "--run-dir", inputs.file("run").toString()).assertDone();
    CommandLineRun refused =
        judge("gate.margin=100", "--promote", "--set", "treegrpo.gate.prompts=1");
    assertThat(refused.exitCode()).as("refused: %s", refused.err()).isEqualTo(ExitCodes.REFUSED);
    assertThat(refused.out())
        .contains("NOT   trained", "v000001 is refused: trained: ", "it must lie above 100.0");
    assertThat(inputs.file("registry/promoted")).as("nothing is promoted").doesNotExist();
    assertThat(Files.readString(inputs.file("registry/verdicts/v000001.json")))
        .contains("\"passed\" : false");

    CommandLineRun loose = judge("gate.drift=1000");
    assertThat(loose.out()).as("every rule has its line").contains("held  drift.brightness");
  }

  private CommandLineRun judge(String setting, String... more) throws IOException {
    List<String> words = new ArrayList<>(List.of(inputs.arguments("registry", setting)));
    words.addAll(List.of("judge", "v000001", "--registry", inputs.file("registry").toString()));
    words.addAll(List.of(more));
    return CommandLineRun.of(directory, words.toArray(String[]::new));
  }

  @Test
  void whatIsWrongIsNamed() throws IOException {
    registry("show").assertRefused("has no promoted version yet; name one");
    registry("gc", "--keep", "0").assertRefused("--keep must be at least 1");
    CommandLineRun none = registry("promote", "v000007");
    none.assertFailed("has no version 'v000007'; it has []");
    inputs
        .train("policy.weights=\"/nowhere.safetensors\"", "run-dir=other")
        .assertRefused("treegrpo.policy.weights: '/nowhere.safetensors' must hold the trained");
  }

  @Test
  void aVersionIsNoPath() throws IOException {
    registry("add", "--run-dir", inputs.file("run").toString()).assertDone();
    Path outside = Files.createDirectory(inputs.file("outside"));
    try (Stream<Path> files = Files.list(inputs.file("registry/versions/v000001"))) {
      for (Path file : files.toList()) {
        Files.copy(file, outside.resolve(file.getFileName()));
      }
    }
    for (String action : List.of("show", "promote")) {
      CommandLineRun run = registry(action, "../../outside");
      run.assertFailed("has no version '../../outside'; it has [v000001]");
      assertThat(run.changed()).as(action).isEmpty();
    }
  }
}
