package org.treegrpo.job.benchmark;

import java.util.Map;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.treegrpo.core.policy.LatentShape;
import org.treegrpo.core.policy.PolicySpec;

/** The built-in network written op by op, as a C++ program would. */
final class EagerNetwork implements RawNetworkMain.Forward {

  private static final int FREQUENCIES = 64;

  private final LatentShape latentShape;
  private final PolicySpec.NetworkSpec size;
  private final Map<String, Tensor> parameters;
  private final int rows;
  private final int columns;
  private final Tensor frequencies;
  private final Tensor cells;

  /**
   * @param parameters by name; may be filled later
   */
  EagerNetwork(PolicySpec spec, Map<String, Tensor> parameters) {
    this.latentShape = spec.latentShape();
    this.size = spec.network().orElseThrow();
    this.parameters = parameters;
    this.rows = latentShape.height() / size.patch();
    this.columns = latentShape.width() / size.patch();
    float[] perFrequency = new float[FREQUENCIES];
    for (int i = 0; i < FREQUENCIES; i++) {
      perFrequency[i] = (float) StrictMath.exp(-StrictMath.log(10_000) * i / FREQUENCIES);
    }
    frequencies = torch.zeros(FREQUENCIES);
    frequencies.data_ptr_float().put(perFrequency);
    int letters = spec.conditioning().get(0).elements();
    long[] letterOfColumn = new long[columns];
    for (int i = 0; i < columns; i++) {
      letterOfColumn[i] = Math.min(letters - 1, i * size.patch() / size.cell());
    }
    cells = torch.tensor(letterOfColumn);
  }

  @Override
  public Tensor apply(Tensor latent, Tensor timestep, Tensor characters) {
    long b = latent.size(0);
    long patch = size.patch();
    long tokens = (long) rows * columns;
    long channels = latentShape.channels();
    long width = size.width();
    Tensor letters =
        torch.embedding(
            parameters.get("character_weight"), characters.toType(torch.ScalarType.Long));
    Tensor flat =
        latent
            .reshape(b, channels, rows, patch, columns, patch)
            .permute(0, 2, 4, 1, 3, 5)
            .reshape(b, tokens, channels * patch * patch);
    Tensor under =
        letters
            .index_select(1, cells)
            .unsqueeze(1)
            .expand(-1, rows, -1, -1)
            .reshape(b, tokens, width);
    Tensor x =
        torch
            .cat(new TensorVector(linear("patch", flat).add(under), letters), 1)
            .add(parameters.get("position_weight"));
    Tensor angles = timestep.unsqueeze(1).mul(frequencies);
    Tensor time = torch.cat(new TensorVector(torch.cos(angles), torch.sin(angles)), 1);
    Tensor embedded = linear("time_out", torch.silu(linear("time_in", time)));
    Tensor c = torch.silu(embedded.add(letters.mean(1)));
    for (int i = 0; i < size.layers(); i++) {
      x = block("block" + i + ".", x, c);
    }
    TensorVector f = linear("final_modulation", c).reshape(b, 2, 1, width).unbind(1);
    Tensor image = x.slice(1, new LongOptional(0), new LongOptional(tokens), 1);
    Tensor z = modulated(image, f.get(0), f.get(1));
    return linear("final", z)
        .reshape(b, rows, columns, channels, patch, patch)
        .permute(0, 3, 1, 4, 2, 5)
        .reshape(b, channels, latentShape.height(), latentShape.width());
  }

  private Tensor block(String name, Tensor x, Tensor c) {
    long b = x.size(0);
    long n = x.size(1);
    long width = size.width();
    long heads = size.heads();
    TensorVector m = linear(name + "modulation", c).reshape(b, 6, 1, width).unbind(1);
    Tensor qkv =
        linear(name + "qkv", modulated(x, m.get(0), m.get(1)))
            .reshape(b, n, 3, heads, width / heads);
    TensorVector p = qkv.permute(2, 0, 3, 1, 4).unbind(0);
    Tensor attended =
        torch
            .scaled_dot_product_attention(p.get(0), p.get(1), p.get(2))
            .permute(0, 2, 1, 3)
            .reshape(b, n, width);
    Tensor y = torch.addcmul(x, m.get(2), linear(name + "projection", attended));
    Tensor h = modulated(y, m.get(3), m.get(4));
    Tensor u = torch.gelu(linear(name + "expand", h), "tanh");
    return torch.addcmul(y, m.get(5), linear(name + "contract", u));
  }

  private Tensor modulated(Tensor x, Tensor shift, Tensor scale) {
    return torch.addcmul(shift, torch.layer_norm(x, size.width()), scale.add(new Scalar(1f)));
  }

  private Tensor linear(String name, Tensor x) {
    return torch.linear(
        x, parameters.get(name + "_weight"), new TensorOptional(parameters.get(name + "_bias")));
  }
}
