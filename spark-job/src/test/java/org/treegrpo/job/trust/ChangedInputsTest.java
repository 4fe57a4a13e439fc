package org.treegrpo.job.trust;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.core.io.DType;
import org.treegrpo.core.io.SafetensorsWriter;
import org.treegrpo.core.io.SafetensorsWriter.Declaration;
import org.treegrpo.core.tensor.ScriptModule;
import org.treegrpo.core.tensor.TorchScriptArchive;

/** A run whose inputs are other ones when it is resumed, seen from the command line. */
class ChangedInputsTest {

  private static final String CONDITIONING = "conditioning.safetensors";

  @TempDir static Path directory;

  private static Inputs inputs;

  @BeforeAll
  static void train() throws IOException {
    inputs = new Inputs(directory);
    inputs.write(
        "policy/policy.json",
        """
        {"type": "torchscript", "file": "network.pt", "latentShape": [3, 8, 12],
         "prediction": "flow-velocity", "conditioning": [{"name": "text", "shape": [2]}],
         "decoder": {"file": "vae.pt", "scale": 1, "shift": 0}}
        """);
    archive(
        "policy/network.pt",
        """
        def forward(self, latent: Tensor, timestep: Tensor, text: Tensor) -> Tensor:
          return torch.mul(latent, torch.mul(self.gain, torch.reshape(torch.sum(text, [1]), [-1, 1, 1, 1])))
        """,
        1);
    archive("policy/vae.pt", "def forward(self, x: Tensor) -> Tensor:\n  return x", 1);
    archive(
        "reward.pt",
        """
        def forward(self, images: Tensor, text: Tensor) -> Tensor:
          return torch.mean(images, [1, 2, 3])
        """,
        1);
    conditioning(Map.of());
    inputs.train(overrides("rounds=1")).assertDone();
  }

  private static void archive(String name, String source, float gain) throws IOException {
    TorchScriptArchive.write(
        new ScriptModule("Network", source).parameter("gain", new float[] {gain}, 1),
        inputs.file(name));
  }

  /** A tensor for each prompt, and one that no prompt has, some with other values. */
  private static void conditioning(Map<String, Float> others) throws IOException {
    List<String> words = List.of("ab", "bc", "cab", "abc", "ca", "bb", "ba", "cb", "acb", "none");
    Map<String, Float> values = new TreeMap<>(Map.of("null", 0f));
    words.forEach(word -> values.put("word-" + word, 1f));
    values.putAll(others);
    List<Declaration> tensors =
        values.keySet().stream()
            .map(id -> new Declaration(id + "/text", DType.F32, new long[] {2}))
            .toList();
    try (OutputStream out = Files.newOutputStream(inputs.file(CONDITIONING))) {
      SafetensorsWriter writer = new SafetensorsWriter(out, tensors, Map.of());
      for (Map.Entry<String, Float> value : values.entrySet()) {
        writer.write(value.getKey() + "/text", new float[] {value.getValue(), 0}, 0, 2);
      }
      writer.finish();
    }
  }

  private static String[] overrides(String... more) {
    List<String> overrides = new ArrayList<>(List.of(more));
    overrides.add("policy.conditioning-file=" + inputs.file(CONDITIONING));
    overrides.add(
        "rewards=[{name = bright, type = torchscript, options { path = \"%s\" } }]"
            .formatted(inputs.file("reward.pt")));
    return overrides.toArray(String[]::new);
  }

  @FunctionalInterface
  private interface Change {
    void make() throws IOException;
  }

  private static void assertRefusedAfter(String file, Change change, String key)
      throws IOException {
    byte[] original = Files.readAllBytes(inputs.file(file));
    try {
      change.make();
      assertRefused(key, overrides("rounds=2"));
    } finally {
      Files.write(inputs.file(file), original);
    }
  }

  private static void assertRefused(String key, String... overrides) throws IOException {
    inputs
        .resume(overrides)
        .assertRefused("round-000001: was made with other inputs; the content of " + key + " has");
  }

  @ParameterizedTest
  @CsvSource({
    "train.jsonl,        word-cab, word-none, treegrpo.prompts.train",
    "held-out.jsonl,     word-acb, word-none, treegrpo.prompts.evaluation",
    "policy/policy.json, '\"scale\": 1', '\"scale\": 2', treegrpo.policy.path/policy.json"
  })
  void anotherTextIsRefused(String file, String part, String replacement, String key)
      throws IOException {
    assertRefusedAfter(file, () -> inputs.edit(file, part, replacement), key);
  }

  @ParameterizedTest
  @CsvSource({
    "policy/network.pt, treegrpo.policy.path/network.pt",
    "policy/vae.pt,     treegrpo.policy.path/vae.pt",
    "reward.pt,         treegrpo.rewards.bright.options.path"
  })
  void anotherArchiveIsRefused(String file, String key) throws IOException {
    String source =
        switch (file) {
          case "reward.pt" ->
              "def forward(self, images: Tensor, text: Tensor) -> Tensor:\n  return torch.neg(torch.mean(images, [1, 2, 3]))";
          case "policy/vae.pt" -> "def forward(self, x: Tensor) -> Tensor:\n  return torch.neg(x)";
          default ->
              "def forward(self, latent: Tensor, timestep: Tensor, text: Tensor) -> Tensor:\n  return torch.mul(latent, self.gain)";
        };
    assertRefusedAfter(file, () -> archive(file, source, 1), key);
  }

  @ParameterizedTest
  @CsvSource({"word-cab, train", "word-acb, evaluation", "null, null"})
  void anotherConditioningTensorIsRefused(String id, String part) throws IOException {
    assertRefusedAfter(
        CONDITIONING,
        () -> conditioning(Map.of(id, 0.5f)),
        "treegrpo.policy.conditioning-file/" + part);
  }

  @ParameterizedTest
  @ValueSource(strings = {"word-none", "another"})
  void aTensorThatTheRunDoesNotUseMayChange(String id) throws IOException {
    byte[] original = Files.readAllBytes(inputs.file(CONDITIONING));
    try {
      conditioning(Map.of(id, 0.5f));
      inputs.resume(overrides("rounds=1")).assertDone();
    } finally {
      Files.write(inputs.file(CONDITIONING), original);
    }
  }

  @Test
  void theRunSaysWhatItsInputsWere() throws IOException {
    JsonNode run = new ObjectMapper().readTree(inputs.file("run/run.json").toFile());
    List<String> names = new ArrayList<>();
    run.get("input_sha256").fieldNames().forEachRemaining(names::add);
    assertThat(names)
        .as("every input by the key that names it")
        .containsExactly(
            "policy.conditioning-file/evaluation",
            "policy.conditioning-file/null",
            "policy.conditioning-file/train",
            "policy.path/network.pt",
            "policy.path/policy.json",
            "policy.path/vae.pt",
            "prompts.evaluation",
            "prompts.train",
            "rewards.bright.options.path");
    assertThat(run.at("/input_sha256/rewards.bright.options.path").textValue())
        .as("as sha256sum prints it")
        .isEqualTo(sha256(inputs.file("reward.pt")));
  }

  private static String sha256(Path file) throws IOException {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void fewerRoundsThanAreDoneAreRefused(@TempDir Path other) throws IOException {
    Inputs plain = new Inputs(other);
    plain.train("rounds=2").assertDone();
    plain
        .resume("rounds=1")
        .assertRefused("treegrpo.rounds: 1 must be at least the 2 rounds that ", " has done");
    plain.resume("rounds=2").assertDone();
  }
}
