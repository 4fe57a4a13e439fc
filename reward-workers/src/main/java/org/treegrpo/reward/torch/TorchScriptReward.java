package org.treegrpo.reward.torch;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtSymbolBlock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.treegrpo.core.tensor.ArchiveHeader;
import org.treegrpo.core.tensor.FrozenParameters;
import org.treegrpo.core.tensor.TorchRuntime;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardMemoryException;
import org.treegrpo.reward.RewardModelException;
import org.treegrpo.reward.RewardPrompt;

/**
 * A reward model as a TorchScript archive: {@code forward(images float[B, 3, H, W] in [0, 1],
 * conditioning...) -> float[B]}, run in eval mode without autograd. A model that takes the images
 * only gets no conditioning; otherwise it gets every tensor of the prompts, which must be as many
 * as it takes: those of its own file, or the policy's where it has none. Instances of one archive
 * on one device have one copy of its weights.
 */
final class TorchScriptReward implements Reward {

  private final String name;
  private final String version;
  private final List<Shape> shapes;
  private final NDManager manager;
  private final PtSymbolBlock block;
  private final FrozenParameters weights;
  private final int conditioningInputs;
  private final Optional<OwnConditioning> own;

  /**
   * @param header of the archive
   * @param shapes shape of each conditioning tensor of one prompt; empty = each is passed flat
   * @param conditioningFile tensors to take instead of the prompts'
   * @throws RewardException when the archive or the header of the file does not load
   */
  TorchScriptReward(
      String name,
      Path archive,
      String version,
      Device device,
      ArchiveHeader header,
      List<Shape> shapes,
      Optional<Path> conditioningFile)
      throws RewardException {
    this.name = name;
    this.version = version;
    this.shapes = List.copyOf(shapes);
    List<String> inputs = inputs(header);
    conditioningInputs = inputs.size();
    own =
        conditioningFile.isEmpty()
            ? Optional.empty()
            : Optional.of(OwnConditioning.open(name, conditioningFile.get(), inputs));
    manager = TorchRuntime.newManager(device);
    try {
      block = TorchRuntime.loadSharableModule(manager, archive);
      weights = FrozenParameters.share(archive, manager, block, header.parameters());
    } catch (IOException e) {
      closeRest();
      throw new RewardException("reward '%s': %s: %s".formatted(name, archive, e.getMessage()), e);
    } catch (EngineException e) {
      closeRest();
      if (TorchRuntime.isOutOfMemory(e)) {
        throw tooLarge("loading " + archive, e);
      }
      throw new RewardModelException(
          "reward '%s': %s is not a TorchScript archive that libtorch %s loads: %s"
              .formatted(name, archive, TorchRuntime.version(), TorchRuntime.reason(e)),
          e);
    }
  }

  /** What {@code forward} takes behind the images. */
  static List<String> inputs(ArchiveHeader header) {
    return header.forwardArguments().subList(1, header.forwardArguments().size());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String version() {
    return version;
  }

  @Override
  public float[] score(ImageBatch images, List<RewardPrompt> prompts) throws RewardException {
    TorchRuntime.configureThread();
    try (NDManager scope = manager.newSubManager()) {
      NDList inputs = new NDList();
      Shape shape = new Shape(images.rows(), 3, images.height(), images.width());
      inputs.add(TorchRuntime.upload(scope, images.pixels(), 0, shape));
      List<RewardPrompt> asked = own.isPresent() ? own.get().replacing(prompts) : prompts;
      for (int i = 0; i < conditioningInputs; i++) {
        inputs.add(conditioning(scope, asked, i));
      }
      return scores(TorchRuntime.forward(block, inputs), images.rows());
    } catch (EngineException e) {
      if (TorchRuntime.isOutOfMemory(e)) {
        throw tooLarge("forward of %d images".formatted(images.rows()), e);
      }
      throw new RewardException(
          "reward '%s': forward failed: %s".formatted(name, TorchRuntime.reason(e)), e);
    }
  }

  @Override
  public void close() {
    weights.close();
    block.close();
    closeRest();
  }

  private void closeRest() {
    own.ifPresent(OwnConditioning::close);
    manager.close();
  }

  private RewardMemoryException tooLarge(String pass, EngineException refusal) {
    Device device = manager.getDevice();
    String where = device.getDeviceType() + (device.isGpu() ? device.getDeviceId() : "");
    return new RewardMemoryException(
        name, pass + " on " + where, TorchRuntime.reason(refusal), refusal);
  }

  private NDArray conditioning(NDManager scope, List<RewardPrompt> prompts, int input)
      throws RewardException {
    requireInputs(prompts.get(0));
    int elements = prompts.get(0).conditioning().get(input).length;
    List<Shape> known = own.isPresent() ? own.get().shapes(prompts.get(0).id()) : shapes;
    Shape shape = known.isEmpty() ? new Shape(elements) : known.get(input);
    if (shape.size() != elements) {
      throw new RewardException(
          "reward '%s': conditioning tensor %d of prompt '%s' has %d elements, the option 'conditioning' says %s"
              .formatted(name, input, prompts.get(0).id(), elements, shape));
    }
    float[] values = new float[Math.multiplyExact(prompts.size(), elements)];
    for (int row = 0; row < prompts.size(); row++) {
      requireInputs(prompts.get(row));
      float[] tensor = prompts.get(row).conditioning().get(input);
      if (tensor.length != elements) {
        throw new RewardException(
            "reward '%s': conditioning tensor %d has %d elements for prompt '%s' and %d for '%s'"
                .formatted(
                    name,
                    input,
                    elements,
                    prompts.get(0).id(),
                    tensor.length,
                    prompts.get(row).id()));
      }
      System.arraycopy(tensor, 0, values, row * elements, elements);
    }
    return TorchRuntime.upload(scope, values, 0, new Shape(prompts.size()).addAll(shape));
  }

  private void requireInputs(RewardPrompt prompt) throws RewardException {
    int tensors = prompt.conditioning().size();
    if (tensors != conditioningInputs || (!shapes.isEmpty() && shapes.size() != tensors)) {
      throw new RewardException(
          "reward '%s': forward takes %d conditioning tensors, the option 'conditioning' names %d, prompt '%s' has %d"
              .formatted(name, conditioningInputs, shapes.size(), prompt.id(), tensors));
    }
  }

  private float[] scores(NDList outputs, int rows) throws RewardException {
    NDArray output = outputs.get(0);
    if (outputs.size() != 1
        || output.getDataType() != DataType.FLOAT32
        || !output.getShape().equals(new Shape(rows))) {
      throw new RewardException(
          "reward '%s': forward returned %d tensors, the first %s %s; needs one float32 of shape (%d)"
              .formatted(
                  name, outputs.size(), TorchRuntime.typeName(output), output.getShape(), rows));
    }
    float[] scores = new float[rows];
    TorchRuntime.download(output, scores, 0);
    return scores;
  }
}
