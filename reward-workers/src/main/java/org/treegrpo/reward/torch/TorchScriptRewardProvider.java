package org.treegrpo.reward.torch;

import ai.djl.Device;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.treegrpo.core.base.Sha256;
import org.treegrpo.core.tensor.ArchiveFormatException;
import org.treegrpo.core.tensor.ArchiveHeader;
import org.treegrpo.core.tensor.TorchRuntime;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardProvider;

/**
 * Type {@code torchscript}. Options: {@code path}, the archive, a local file that every executor
 * has, or a URI; {@code conditioning}, the shapes of one prompt's conditioning tensors such as
 * {@code 77x768,768} (default: each is passed flat, {@code [B, elements]}); {@code
 * conditioning-file}, a safetensors file with a tensor {@code <prompt id>/<name of the argument>}
 * for each prompt and each argument of {@code forward} behind the images, which it then gets
 * instead of the policy's conditioning, in the file's shapes; {@code device}, {@code cpu}
 * (default), {@code gpu} for the one that Spark assigns, or {@code gpu0}, {@code gpu1}, ...
 */
public final class TorchScriptRewardProvider implements RewardProvider {

  private static final String PATH = "path";
  private static final String CONDITIONING = "conditioning";
  private static final String CONDITIONING_FILE = "conditioning-file";
  private static final String DEVICE = "device";
  private static final Set<String> OPTIONS = Set.of(PATH, CONDITIONING, CONDITIONING_FILE, DEVICE);

  private static final String DEFAULT_DEVICE = "cpu";
  private static final Pattern DEVICE_SYNTAX = Pattern.compile("cpu|gpu([0-9]{1,3})?");

  @Override
  public String type() {
    return "torchscript";
  }

  @Override
  public List<String> problems(RewardDefinition definition) {
    List<String> problems = new ArrayList<>(definition.unknownOptions(OPTIONS));
    String path = definition.option(PATH, "");
    if (!isGiven(path)) {
      problems.add(problem(definition, PATH, path, "the file of a TorchScript archive"));
    }
    if (shapes(definition).isEmpty()) {
      String conditioning = definition.option(CONDITIONING, "");
      problems.add(problem(definition, CONDITIONING, conditioning, "shapes such as '77x768,768'"));
    }
    String file = definition.options().get(CONDITIONING_FILE);
    if (file != null && !isGiven(file)) {
      problems.add(problem(definition, CONDITIONING_FILE, file, "a safetensors file"));
    }
    if (file != null && definition.options().containsKey(CONDITIONING)) {
      problems.add(
          problem(
              definition,
              CONDITIONING,
              definition.option(CONDITIONING, ""),
              "left out, as the tensors of 'conditioning-file' have shapes of their own"));
    }
    String device = definition.option(DEVICE, DEFAULT_DEVICE);
    if (!DEVICE_SYNTAX.matcher(device).matches()) {
      problems.add(problem(definition, DEVICE, device, "'cpu', 'gpu' or 'gpu<index>'"));
    }
    return problems;
  }

  @Override
  public void check(RewardDefinition definition, Collection<String> promptIds)
      throws RewardException {
    refuseProblems(definition);
    List<String> inputs = TorchScriptReward.inputs(header(definition));
    Optional<Path> file = conditioningFile(definition);
    if (file.isPresent()) {
      try (OwnConditioning own = OwnConditioning.open(definition.name(), file.get(), inputs)) {
        own.check(promptIds);
      }
    }
  }

  @Override
  public boolean isTried(RewardDefinition definition) {
    return true;
  }

  @Override
  public long weightBytes(RewardDefinition definition) throws RewardException {
    return header(definition).weightBytes();
  }

  @Override
  public Reward create(RewardDefinition definition) throws RewardException {
    refuseProblems(definition);
    Device device = Device.fromName(definition.option(DEVICE, DEFAULT_DEVICE));
    if (device.isGpu() && device.getDeviceId() >= TorchRuntime.gpuCount()) {
      String rule = "one of the %d GPUs that libtorch sees".formatted(TorchRuntime.gpuCount());
      throw new RewardException(problem(definition, DEVICE, device.toString(), rule));
    }
    Path archive = archive(definition);
    return new TorchScriptReward(
        definition.name(),
        archive,
        archive.getFileName() + " sha256:" + digest(archive),
        device,
        header(definition),
        shapes(definition).orElseThrow(),
        conditioningFile(definition));
  }

  private void refuseProblems(RewardDefinition definition) throws RewardException {
    List<String> problems = problems(definition);
    if (!problems.isEmpty()) {
      throw new RewardException(String.join("; ", problems));
    }
  }

  private static Path archive(RewardDefinition definition) {
    return Path.of(definition.option(PATH, ""));
  }

  private static Optional<Path> conditioningFile(RewardDefinition definition) {
    return Optional.ofNullable(definition.options().get(CONDITIONING_FILE)).map(Path::of);
  }

  private static ArchiveHeader header(RewardDefinition definition) throws RewardException {
    Path archive = archive(definition);
    try {
      ArchiveHeader header = ArchiveHeader.read(archive);
      if (header.forwardArguments().isEmpty()) {
        throw new RewardException(
            problem(definition, PATH, archive.toString(), "an archive whose forward takes images"));
      }
      return header;
    } catch (ArchiveFormatException e) {
      throw new RewardException(
          "reward '%s': %s is not a TorchScript archive; %s"
              .formatted(definition.name(), archive, e.getMessage()),
          e);
    } catch (IOException e) {
      throw new RewardException(
          "reward '%s': %s cannot be read: %s"
              .formatted(definition.name(), archive, e.getMessage()),
          e);
    }
  }

  private static Optional<List<Shape>> shapes(RewardDefinition definition) {
    String option = definition.options().get(CONDITIONING);
    return option == null ? Optional.of(List.of()) : ConditioningShapes.parse(option);
  }

  private static String problem(
      RewardDefinition definition, String option, String value, String rule) {
    return "reward '%s': option '%s' = '%s' must be %s"
        .formatted(definition.name(), option, value, rule);
  }

  private static boolean isGiven(String path) {
    try {
      return RewardDefinition.isUri(path)
          || (!path.isEmpty() && Files.isRegularFile(Path.of(path)));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static String digest(Path archive) throws RewardException {
    try (InputStream in = Files.newInputStream(archive)) {
      return Sha256.of(in).substring(0, 16);
    } catch (IOException e) {
      throw new RewardException("%s cannot be read: %s".formatted(archive, e.getMessage()), e);
    }
  }
}
