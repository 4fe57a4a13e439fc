package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.core.io.DType;
import org.treegrpo.core.io.SafetensorsWriter;
import org.treegrpo.core.io.SafetensorsWriter.Declaration;
import org.treegrpo.core.tensor.ScriptModule;
import org.treegrpo.core.tensor.TorchScriptArchive;

/** Runs with conditionings of the size of Stable Diffusion 3's, as a flight recorder sees them. */
class ConditioningTrafficTest {

  private static final String READ = "org.treegrpo.ConditioningRead";
  private static final String UPLOAD = "org.treegrpo.ConditioningUpload";
  private static final int PROMPTS = 32;
  private static final int TOKENS = 333;
  private static final int WIDTH = 4096;
  private static final String POLICY =
      """
      {"type": "torchscript", "file": "network.pt", "latentShape": [3, 8, 12],
       "prediction": "flow-velocity", "conditioning": [{"name": "text", "shape": [333, 4096]}]}
      """;
  private static final String FORWARD =
      """
      def forward(self, latent: Tensor, timestep: Tensor, text: Tensor) -> Tensor:
        return torch.mul(latent, torch.add(self.gain, torch.reshape(torch.mean(text, [1, 2]), [-1, 1, 1, 1])))
      """;

  @TempDir Path directory;
  private TinyRun run;

  @BeforeEach
  void write() throws IOException {
    run = new TinyRun(directory);
    Files.writeString(directory.resolve("policy/policy.json"), POLICY);
    TorchScriptArchive.write(
        new ScriptModule("Network", FORWARD).parameter("gain", new float[] {.1f}, 1),
        directory.resolve("policy/network.pt"));
    List<String> trained = IntStream.range(0, PROMPTS).mapToObj(i -> "train-" + i).toList();
    Files.write(
        directory.resolve("train.jsonl"),
        trained.stream().map(ConditioningTrafficTest::line).toList());
    Files.writeString(directory.resolve("held-out.jsonl"), line("held-out"));
    conditionings(trained);
  }

  private static String line(String id) {
    return "{\"id\": \"%1$s\", \"text\": \"%1$s\"}".formatted(id);
  }

  private void conditionings(List<String> trained) throws IOException {
    List<Declaration> tensors =
        Stream.concat(trained.stream(), Stream.of("held-out"))
            .map(id -> new Declaration(id + "/text", DType.F32, new long[] {TOKENS, WIDTH}))
            .toList();
    float[] values = new float[TOKENS * WIDTH];
    try (OutputStream out = Files.newOutputStream(directory.resolve("text.safetensors"))) {
      SafetensorsWriter writer = new SafetensorsWriter(out, tensors, Map.of());
      for (Declaration tensor : tensors) {
        writer.write(tensor.name(), values, 0, values.length);
      }
      writer.finish();
    }
  }

  private List<RecordedEvent> record(String name, String... settings) throws IOException {
    Path file = directory.resolve(name + ".jfr");
    try (Recording recording = new Recording()) {
      recording.enable(READ).withoutThreshold();
      recording.enable(UPLOAD).withoutThreshold();
      recording.start();
      List<String> all =
          Stream.concat(
                  Stream.of(
                      "treegrpo.policy.conditioning-file=" + directory.resolve("text.safetensors"),
                      "treegrpo.policy.guidance.scale=1",
                      "treegrpo.tree.prompts-per-round=" + PROMPTS,
                      "treegrpo.tree.trees-per-prompt=1",
                      "treegrpo.evaluation.every=0",
                      "treegrpo.audit.every=0"),
                  Stream.of(settings))
              .toList();
      run.train("local[1]", name, all.toArray(String[]::new));
      recording.dump(file);
    }
    return RecordingFile.readAllEvents(file);
  }

  private static long count(List<RecordedEvent> events, String name) {
    return events.stream().filter(event -> event.getEventType().getName().equals(name)).count();
  }

  @Test
  void aRoundReadsEachPromptOnceAndAShareUploadsItOnce() throws IOException {
    List<RecordedEvent> one = record("one", "treegrpo.rounds=1", "treegrpo.tree.shares=1");
    List<RecordedEvent> three = record("three", "treegrpo.rounds=3", "treegrpo.tree.shares=1");
    List<RecordedEvent> shares = record("shares", "treegrpo.rounds=3", "treegrpo.tree.shares=4");
    for (List<RecordedEvent> events : List.of(three, shares)) {
      assertThat(
              events.stream()
                  .filter(event -> event.getEventType().getName().equals(READ))
                  .collect(
                      Collectors.groupingBy(
                          event -> event.getInt("round") + event.getString("prompt"),
                          Collectors.counting())))
          .as("reads of a prompt in a round")
          .hasSize(3 * PROMPTS)
          .allSatisfy((prompt, reads) -> assertThat(reads).isEqualTo(1));
    }
    assertThat(three)
        .filteredOn(event -> event.getEventType().getName().equals(UPLOAD))
        .allSatisfy(event -> assertThat(event.getLong("bytes")).isEqualTo(4L * TOKENS * WIDTH));
    long rest = count(one, UPLOAD) - PROMPTS;
    assertThat(count(three, UPLOAD) - rest)
        .as("uploads of three rounds of one share, which grows and learns from the same")
        .isEqualTo(3 * PROMPTS);
    assertThat(count(shares, UPLOAD) - rest)
        .as("uploads of three rounds of four shares in one slot, once in each of two jobs")
        .isEqualTo(2 * 3 * PROMPTS);
  }
}
