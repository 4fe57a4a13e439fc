package org.treegrpo.job.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.core.io.DType;
import org.treegrpo.core.io.SafetensorsWriter;
import org.treegrpo.core.io.SafetensorsWriter.Declaration;
import org.treegrpo.core.tensor.ScriptModule;
import org.treegrpo.core.tensor.TorchScriptArchive;
import org.treegrpo.job.train.CommandLineRun;

/** Conditioning that does not fit the policy or the prompts, seen from the command line. */
class BadConditioningTest {

  private static final List<String> PROMPTS =
      List.of("word-ab", "word-bc", "word-cab", "word-abc", "word-ca", "word-bb", "word-ba");

  @TempDir Path directory;
  private Inputs inputs;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    inputs = new Inputs(directory);
    file = inputs.file("conditioning.safetensors");
    inputs.write(
        "policy/policy.json",
        """
        {"type": "torchscript", "file": "network.pt", "latentShape": [3, 8, 12],
         "prediction": "flow-velocity", "conditioning": [{"name": "text", "shape": [2]}],
         "decoder": null}
        """);
    inputs.write("held-out.jsonl", "{\"id\": \"word-ba\", \"text\": \"ba\"}\n");
    String source =
        """
        def forward(self, latent: Tensor, timestep: Tensor, text: Tensor) -> Tensor:
          shift = torch.reshape(torch.sum(text, [1]), [-1, 1, 1, 1])
          return torch.mul(torch.mul(latent, self.gain), shift)
        """;
    TorchScriptArchive.write(
        new ScriptModule("Network", source).parameter("gain", new float[] {1}, 1),
        inputs.file("policy/network.pt"));
  }

  /** Tensors of those ids and of the unconditional branch. */
  private void tensors(List<String> ids, long... shape) throws IOException {
    List<String> all = new ArrayList<>(ids);
    all.add("null");
    write(all, shape);
  }

  private void write(List<String> ids, long... shape) throws IOException {
    write(ids, new float[] {1, 2, 3}, shape);
  }

  private void write(List<String> ids, float[] values, long... shape) throws IOException {
    List<Declaration> tensors =
        ids.stream().map(id -> new Declaration(id + "/text", DType.F32, shape)).toList();
    try (OutputStream out = Files.newOutputStream(file)) {
      SafetensorsWriter writer = new SafetensorsWriter(out, tensors, Map.of());
      for (Declaration tensor : tensors) {
        writer.write(tensor.name(), values, 0, (int) shape[0]);
      }
      writer.finish();
    }
  }

  @Test
  void aPromptWithoutATensorOfARewardIsNamed() throws IOException {
    tensors(PROMPTS, 2);
    TorchScriptArchive.write(
        new ScriptModule(
                "Judge",
                """
                def forward(self, images: Tensor, text: Tensor) -> Tensor:
                  return torch.mean(images, [1, 2, 3])
                """)
            .parameter("unused", new float[1], 1),
        inputs.file("judge.pt"));
    Path policys = Files.move(file, inputs.file("policys.safetensors"));
    tensors(PROMPTS.subList(1, PROMPTS.size()), 3);
    String rewards =
        "rewards=[{name: judge, type: torchscript, options: {path: \"%s\", conditioning-file: \"%s\"}}]"
            .formatted(inputs.file("judge.pt"), file);
    inputs
        .train(rewards, "policy.conditioning-file=" + policys)
        .assertRefused("reward 'judge': option 'conditioning-file'", "'word-ab/text'");
    tensors(PROMPTS, 3);
    inputs
        .train(rewards, "policy.conditioning-file=" + policys, "rounds=1", "update.kl=0")
        .assertDone();
  }

  private CommandLineRun plan(String... overrides) throws IOException {
    List<String> all = new ArrayList<>(List.of(overrides));
    all.add("policy.conditioning-file=" + file);
    return inputs.command(inputs.arguments("plan", all.toArray(String[]::new)));
  }

  @Test
  void aWholeFileIsTaken() throws IOException {
    tensors(PROMPTS, 2);
    plan().assertDone();
  }

  @Test
  void aFileIsNotKeptOpenWhereARewardCannotBe() throws IOException {
    tensors(PROMPTS, 2);
    Path reward = inputs.file("policy/network.pt");
    String options = "{ path = \"%s\", device = gpu0 }".formatted(reward);
    inputs
        .train(
            "policy.conditioning-file=" + file,
            "rewards=[{ name = mine, type = torchscript, options = " + options + " }]")
        .assertFailed("reward 'mine': option 'device'");
    assertThat(openFiles()).as("files that this JVM has open").doesNotContain(file.toRealPath());
  }

  private static List<Path> openFiles() throws IOException {
    List<Path> open = new ArrayList<>();
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors) {
        open.add(target(descriptor));
      }
    }
    return open;
  }

  private static Path target(Path descriptor) throws IOException {
    try {
      return Files.readSymbolicLink(descriptor);
    } catch (NoSuchFileException e) {
      return descriptor; // closed in the meantime
    }
  }

  @Test
  void aFileThatIsNotGivenIsAskedFor() throws IOException {
    inputs
        .train()
        .assertRefused("treegrpo.policy.conditioning-file: is empty", "conditioning inputs [text]");
  }

  @Test
  void aMissingFileIsNamed() throws IOException {
    plan().assertRefused("treegrpo.policy.conditioning-file: " + file + " must be readable");
  }

  @Test
  void aMalformedFileIsNamed() throws IOException {
    inputs.write("conditioning.safetensors", "not tensors at all");
    plan().assertRefused(file + ": the header must");
  }

  @Test
  void aTensorOfTheWrongShapeIsNamed() throws IOException {
    tensors(PROMPTS, 3);
    plan().assertRefused(file + "", "'word-ab/text'", "[2]", "[3]");
  }

  @Test
  void aPromptWithoutATensorIsNamed() throws IOException {
    tensors(PROMPTS.subList(0, 6), 2);
    plan().assertRefused("prompt 'word-ba'", file + " must hold a tensor 'word-ba/text'");
  }

  @Test
  void aMissingUnconditionalTensorIsNamedWhereGuidanceNeedsIt() throws IOException {
    write(PROMPTS, 2);
    plan().assertRefused(file + ": must hold a tensor 'null/text'", "set the guidance scale to 1");
    plan("policy.guidance.scale=1").assertDone();
  }

  @Test
  void aTensorThatHoldsNoNumberIsFoundBeforeTheRun() throws IOException {
    List<String> all = new ArrayList<>(PROMPTS);
    all.add("null");
    write(all, new float[] {1, Float.NaN}, 2);
    inputs
        .train("policy.conditioning-file=" + file)
        .assertRefused(file + "", "must hold finite values only", "NaN at element 1");
    assertThat(inputs.file("run")).as("nothing was begun").doesNotExist();
  }
}
