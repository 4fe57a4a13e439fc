package org.treegrpo.job.trust;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.core.tensor.ScriptModule;
import org.treegrpo.core.tensor.TorchScriptArchive;
import org.treegrpo.job.train.LoraPolicy;

/** Archives from the directories of {@code security.torchscript-roots}, and from elsewhere. */
class TrustedRootsTest {

  private static final String RULE =
      "must be in a directory of treegrpo.security.torchscript-roots";

  @TempDir Path directory;
  private Inputs inputs;
  private Path trusted;

  @BeforeEach
  void write() throws IOException {
    inputs = new Inputs(directory);
    trusted = Files.createDirectory(inputs.file("trusted"));
  }

  private String roots() {
    return "security.torchscript-roots=[\"/no/such\", \"%s\"]".formatted(trusted);
  }

  @Test
  void anArchiveOfATrustedDirectoryIsUsed() throws IOException {
    Path policy = trusted.resolve("a/policy");
    Files.createDirectories(policy);
    LoraPolicy.write(policy);
    inputs.train("rounds=1", "policy.path=" + policy, roots()).assertDone();
  }

  @Test
  void anArchiveFromElsewhereIsRefused() throws IOException {
    LoraPolicy.write(inputs.file("policy"));
    inputs
        .train(roots())
        .assertRefused("treegrpo.policy.path: file:" + inputs.file("policy/network.pt"), RULE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"trusted-not", "trusted/../policy"})
  void aNameThatOnlyBeginsAlikeIsNone(String name) throws IOException {
    LoraPolicy.write(inputs.file("policy"));
    Files.createDirectory(inputs.file("trusted-not"));
    LoraPolicy.write(inputs.file("trusted-not"));
    inputs.train(roots(), "policy.path=" + directory + "/" + name).assertRefused(RULE);
  }

  @Test
  void aLinkIsWhatItLeadsTo() throws IOException {
    LoraPolicy.write(inputs.file("policy"));
    Path link = Files.createSymbolicLink(trusted.resolve("link"), inputs.file("policy"));
    inputs
        .train(roots(), "policy.path=" + link)
        .assertRefused("file:" + inputs.file("policy/network.pt"), RULE);
    Files.delete(trusted.resolve("link"));
    Files.delete(trusted);
    Files.createSymbolicLink(trusted, inputs.file("policy"));
    inputs.train("rounds=1", roots()).assertDone();
  }

  @Test
  void aRelativePathIsNoRoot() throws IOException {
    inputs
        .train("security.torchscript-roots=[models]")
        .assertRefused("must be any, or a list of absolute paths and URIs", "'models' is neither");
  }

  @Test
  void aRewardIsAnArchiveToo() throws IOException {
    Path archive = inputs.file("reward.pt");
    TorchScriptArchive.write(
        new ScriptModule(
            "Reward",
            "def forward(self, images: Tensor) -> Tensor:\n  return torch.mean(images, [1, 2, 3])"),
        archive);
    String reward =
        "rewards=[{ name = mine, type = torchscript, options { path = \"%s\" } }]"
            .formatted(archive);
    inputs.train(reward, roots()).assertRefused("treegrpo.rewards, 'mine': file:" + archive, RULE);
    inputs
        .train(
            reward.replace(
                "type = torchscript, options {", "type = rank, options { of = torchscript,"),
            "tree.shares=3",
            roots())
        .assertRefused("treegrpo.rewards, 'mine': file:" + archive, RULE);
    inputs
        .train("rounds=1", reward, "security.torchscript-roots=[\"%s\"]".formatted(directory))
        .assertDone();
  }
}
