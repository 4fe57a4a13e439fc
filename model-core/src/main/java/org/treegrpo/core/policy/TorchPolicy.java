package org.treegrpo.core.policy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtSymbolBlock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.treegrpo.core.tensor.TorchRuntime;

/**
 * A {@link Policy} that runs a TorchScript module through DJL: the built-in network and a user's
 * archive alike. Owns a native manager that holds the module and its parameters; every pass runs in
 * a sub-manager that is closed with it.
 */
final class TorchPolicy implements Policy {

  private final PolicySpec spec;
  private final NDManager manager;
  private final PtSymbolBlock block;
  private final NDList parameters;
  private final ParameterLayout layout;
  private final long[] latentShape;

  TorchPolicy(PolicySpec spec, Path archive, Device device) {
    this.spec = spec;
    this.manager = TorchRuntime.newManager(device);
    try {
      this.block = NetworkFile.load(manager, archive);
      this.parameters = TorchRuntime.parameters(block, manager);
      this.layout = layout(archive, parameters);
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
    LatentShape latent = spec.latentShape();
    this.latentShape = new long[] {0, latent.channels(), latent.height(), latent.width()};
  }

  private static ParameterLayout layout(Path archive, NDList parameters) {
    List<ParameterLayout.Entry> entries = new ArrayList<>();
    int offset = 0;
    for (NDArray parameter : parameters) {
      if (parameter.getDataType() != DataType.FLOAT32) {
        throw new NetworkException(
            archive,
            "parameter '%s' must be float32 to be trained; found %s; export the module after .float()"
                .formatted(parameter.getName(), TorchRuntime.typeName(parameter)));
      }
      int length = Math.toIntExact(parameter.size());
      entries.add(
          new ParameterLayout.Entry(
              parameter.getName(), parameter.getShape().getShape(), offset, length));
      offset = Math.addExact(offset, length);
    }
    return new ParameterLayout(entries);
  }

  @Override
  public PolicySpec spec() {
    return spec;
  }

  @Override
  public ParameterLayout parameters() {
    return layout;
  }

  @Override
  public void install(float[] weights) {
    TorchRuntime.configureThread();
    checkLength(weights);
    for (int i = 0; i < parameters.size(); i++) {
      ParameterLayout.Entry entry = layout.entries().get(i);
      TorchRuntime.overwrite(parameters.get(i), weights, entry.offset(), entry.length());
    }
  }

  @Override
  public void readWeights(float[] weights) {
    TorchRuntime.configureThread();
    checkLength(weights);
    for (int i = 0; i < parameters.size(); i++) {
      TorchRuntime.download(parameters.get(i), weights, layout.entries().get(i).offset());
    }
  }

  @Override
  public void predict(PolicyBatch batch, float[] output) {
    TorchRuntime.configureThread();
    try (NDManager scope = manager.newSubManager()) {
      TorchRuntime.download(forward(scope, batch), output, 0);
    }
  }

  @Override
  public void accumulateGradient(PolicyBatch batch, OutputCotangent cotangent) {
    TorchRuntime.beginGradient();
    try (NDManager scope = manager.newSubManager()) {
      NDArray prediction = forward(scope, batch);
      float[] output = new float[batch.latents().length];
      float[] seed = new float[output.length];
      TorchRuntime.download(prediction, output, 0);
      cotangent.fill(output, seed);
      TorchRuntime.backward(prediction, TorchRuntime.upload(scope, seed, 0, prediction.getShape()));
    } finally {
      TorchRuntime.endGradient();
    }
  }

  @Override
  public void drainGradient(float[] gradient) {
    TorchRuntime.configureThread();
    checkLength(gradient);
    for (int i = 0; i < parameters.size(); i++) {
      ParameterLayout.Entry entry = layout.entries().get(i);
      NDArray parameter = parameters.get(i);
      TorchRuntime.copyGradient(parameter, gradient, entry.offset(), entry.length());
      TorchRuntime.zeroGradient(parameter);
    }
  }

  @Override
  public void close() {
    manager.close();
  }

  private NDArray forward(NDManager scope, PolicyBatch batch) {
    int rows = batch.rows();
    Shape shape = latentShape(rows);
    if (batch.latents().length != shape.size()) {
      throw new IllegalArgumentException(
          "latents: %d elements for %d rows of %s"
              .formatted(batch.latents().length, rows, spec.latentShape()));
    }
    NDList inputs = new NDList();
    inputs.add(TorchRuntime.upload(scope, batch.latents(), 0, shape));
    inputs.add(TorchRuntime.upload(scope, batch.timesteps(), 0, new Shape(rows)));
    for (int i = 0; i < spec.conditioning().size(); i++) {
      inputs.add(conditioning(scope, batch, i));
    }
    NDArray output = NetworkFile.forward(spec.file(), block, inputs);
    if (!output.getShape().equals(shape)) {
      throw new NetworkException(
          spec.file(),
          "forward must return the shape of the latent, %s; found %s"
              .formatted(shape, output.getShape()));
    }
    return output;
  }

  private NDArray conditioning(NDManager scope, PolicyBatch batch, int index) {
    PolicySpec.ConditioningInput input = spec.conditioning().get(index);
    int elements = input.elements();
    float[] values = new float[batch.rows() * elements];
    for (int row = 0; row < batch.rows(); row++) {
      float[] tensor = batch.conditioning().get(row).tensors().get(index);
      if (tensor.length != elements) {
        throw new IllegalArgumentException(
            "conditioning %s: %d elements, expected shape %s"
                .formatted(input.name(), tensor.length, input.shape()));
      }
      System.arraycopy(tensor, 0, values, row * elements, elements);
    }
    long[] dimensions = new long[input.shape().size() + 1];
    dimensions[0] = batch.rows();
    for (int i = 0; i < input.shape().size(); i++) {
      dimensions[i + 1] = input.shape().get(i);
    }
    return TorchRuntime.upload(scope, values, 0, new Shape(dimensions));
  }

  private Shape latentShape(int rows) {
    long[] dimensions = Arrays.copyOf(latentShape, latentShape.length);
    dimensions[0] = rows;
    return new Shape(dimensions);
  }

  private void checkLength(float[] vector) {
    if (vector.length != layout.size()) {
      throw new IllegalArgumentException(
          "a vector of %d elements does not fit the policy's %d parameters"
              .formatted(vector.length, layout.size()));
    }
  }
}
