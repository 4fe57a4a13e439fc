package org.treegrpo.core.policy;

import java.util.random.RandomGenerator;
import org.treegrpo.core.tensor.ScriptModule;

/**
 * The built-in network: a diffusion transformer (Peebles and Xie, 2023) with adaLN-zero, attention
 * over image patches and character tokens together, and a null token for the unconditional branch.
 * The embedding of a letter is also added to the patches under the letter's cell.
 *
 * <p>It is written as TorchScript and run by libtorch, so a forward pass is one native call; its
 * parameters are found by the same code as those of a TorchScript policy.
 *
 * <p>Inputs: latent {@code [B, C, H, W]}, timestep {@code [B]} in 0..1000, characters {@code [B,
 * L]} (token ids as floats). Output: {@code [B, C, H, W]}.
 */
final class DiffusionTransformer {

  private static final int FREQUENCIES = 64;
  private static final int MLP_RATIO = 4;

  private static final String BLOCK =
      """
      def forward(self,
          x: Tensor,
          c: Tensor) -> Tensor:
        b = torch.size(x, 0)
        n = torch.size(x, 1)
        m = torch.unbind(torch.reshape(torch.linear(c, self.modulation_weight, self.modulation_bias), [b, 6, 1, ${width}]), 1)
        h = torch.addcmul(m[0], torch.layer_norm(x, [${width}]), torch.add(m[1], 1.))
        qkv = torch.reshape(torch.linear(h, self.qkv_weight, self.qkv_bias), [b, n, 3, ${heads}, ${head_width}])
        p = torch.unbind(torch.permute(qkv, [2, 0, 3, 1, 4]), 0)
        a = torch.scaled_dot_product_attention(p[0], p[1], p[2])
        a1 = torch.reshape(torch.permute(a, [0, 2, 1, 3]), [b, n, ${width}])
        y = torch.addcmul(x, m[2], torch.linear(a1, self.projection_weight, self.projection_bias))
        h1 = torch.addcmul(m[3], torch.layer_norm(y, [${width}]), torch.add(m[4], 1.))
        u = torch.gelu(torch.linear(h1, self.expand_weight, self.expand_bias), approximate="tanh")
        return torch.addcmul(y, m[5], torch.linear(u, self.contract_weight, self.contract_bias))
      """;

  private static final String ARGUMENTS =
      """
          latent: Tensor,
          timestep: Tensor,
          characters: Tensor)\
      """;

  /** From the arguments to what the blocks take: the tokens x and the condition c. */
  private static final String EMBEDDINGS =
      """
        b = torch.size(latent, 0)
        ids = torch.to(characters, 4)
        letters = torch.embedding(self.character_weight, ids)
        patches = torch.reshape(latent, [b, ${channels}, ${rows}, ${patch}, ${columns}, ${patch}])
        flat = torch.reshape(torch.permute(patches, [0, 2, 4, 1, 3, 5]), [b, ${tokens}, ${patch_elements}])
        under = torch.reshape(torch.expand(torch.unsqueeze(torch.index_select(letters, 1, torch.to(self.cells, 4)), 1), [-1, ${rows}, -1, -1]), [b, ${tokens}, ${width}])
        image = torch.add(torch.linear(flat, self.patch_weight, self.patch_bias), under)
        x = torch.add(torch.cat([image, letters], 1), self.position_weight)
        angles = torch.mul(torch.unsqueeze(timestep, 1), self.frequencies)
        t = torch.cat([torch.cos(angles), torch.sin(angles)], 1)
        t1 = torch.silu(torch.linear(t, self.time_in_weight, self.time_in_bias))
        t2 = torch.linear(t1, self.time_out_weight, self.time_out_bias)
        c = torch.silu(torch.add(t2, torch.mean(letters, [1])))
      """;

  private static final String APPLY_BLOCK =
      """
        x = (self.block${block}).forward(x, c, )
      """;

  private static final String OUTPUT =
      """
        b = torch.size(x, 0)
        f = torch.unbind(torch.reshape(torch.linear(c, self.final_modulation_weight, self.final_modulation_bias), [b, 2, 1, ${width}]), 1)
        z = torch.addcmul(f[0], torch.layer_norm(torch.slice(x, 1, 0, ${tokens}), [${width}]), torch.add(f[1], 1.))
        o = torch.reshape(torch.linear(z, self.final_weight, self.final_bias), [b, ${rows}, ${columns}, ${channels}, ${patch}, ${patch}])
        return torch.reshape(torch.permute(o, [0, 3, 1, 4, 2, 5]), [b, ${channels}, ${height}, ${image_width}])
      """;

  private static final String STATE =
      """
          x: Tensor,
          c: Tensor)\
      """;

  private DiffusionTransformer() {}

  /**
   * A freshly initialised network: Xavier-uniform linear layers, adaLN-zero modulation and a zero
   * output layer.
   *
   * @throws IllegalArgumentException if patch, heads or conditioning do not fit the latent
   */
  static ScriptModule create(PolicySpec spec, RandomGenerator random) {
    PolicySpec.NetworkSpec size = spec.network().orElseThrow();
    LatentShape latent = spec.latentShape();
    check(spec, size);
    Initialiser init = new Initialiser(random);
    int letters = spec.conditioning().get(0).elements();
    int rows = latent.height() / size.patch();
    int columns = latent.width() / size.patch();
    int patchElements = latent.channels() * size.patch() * size.patch();
    int width = size.width();
    String source =
        fill(methods(size.layers()), spec, size)
            .replace("${tokens}", Integer.toString(rows * columns))
            .replace("${patch_elements}", Integer.toString(patchElements));
    ScriptModule module = new ScriptModule("DiffusionTransformer", source);
    init.linear(module, "patch", patchElements, width);
    module.parameter(
        "character_weight",
        init.normal((size.alphabet().length() + 1) * width, 0.5),
        size.alphabet().length() + 1,
        width);
    module.parameter(
        "position_weight",
        init.normal((rows * columns + letters) * width, 0.1),
        1,
        rows * columns + letters,
        width);
    init.linear(module, "time_in", 2 * FREQUENCIES, width);
    init.linear(module, "time_out", width, width);
    init.zero(module, "final_modulation", width, 2 * width);
    init.zero(module, "final", width, patchElements);
    module.buffer("frequencies", frequencies(), FREQUENCIES);
    module.buffer("cells", cells(columns, size, letters), columns);
    String blockSource = fill(BLOCK, spec, size);
    for (int i = 0; i < size.layers(); i++) {
      ScriptModule block = new ScriptModule("Block", blockSource);
      init.zero(block, "modulation", width, 6 * width);
      init.linear(block, "qkv", width, 3 * width);
      init.linear(block, "projection", width, width);
      init.linear(block, "expand", width, MLP_RATIO * width);
      init.linear(block, "contract", MLP_RATIO * width, width);
      module.child("block" + i, block);
    }
    return module;
  }

  /** The network as one method, and cut before and after each block. */
  private static String methods(int layers) {
    StringBuilder blocks = new StringBuilder();
    StringBuilder segments = new StringBuilder();
    for (int i = 0; i < layers; i++) {
      String block = APPLY_BLOCK.replace("${block}", Integer.toString(i));
      blocks.append(block);
      segments.append(segment(i + 1, STATE, "Tuple[Tensor, Tensor]", block + "  return (x, c)\n"));
    }
    return method("forward", ARGUMENTS, "Tensor", EMBEDDINGS + blocks + OUTPUT)
        + segment(0, ARGUMENTS, "Tuple[Tensor, Tensor]", EMBEDDINGS + "  return (x, c)\n")
        + segments
        + segment(layers + 1, STATE, "Tensor", OUTPUT);
  }

  private static String segment(int index, String arguments, String type, String body) {
    return method("segment_" + index, arguments, type, body);
  }

  private static String method(String name, String arguments, String type, String body) {
    return "def %s(self,\n%s -> %s:\n%s".formatted(name, arguments, type, body);
  }

  private static void check(PolicySpec spec, PolicySpec.NetworkSpec size) {
    LatentShape latent = spec.latentShape();
    if (latent.height() % size.patch() != 0 || latent.width() % size.patch() != 0) {
      throw new IllegalArgumentException(
          "network.patch: %d must divide the latent's height %d and width %d"
              .formatted(size.patch(), latent.height(), latent.width()));
    }
    if (size.width() % size.heads() != 0) {
      throw new IllegalArgumentException(
          "network.heads: %d must divide network.width %d".formatted(size.heads(), size.width()));
    }
    if (spec.conditioning().size() != 1 || spec.conditioning().get(0).shape().size() != 1) {
      throw new IllegalArgumentException(
          "conditioning: a built-in policy takes exactly one input of shape [letters]");
    }
  }

  private static String fill(String source, PolicySpec spec, PolicySpec.NetworkSpec size) {
    LatentShape latent = spec.latentShape();
    return source
        .replace("${width}", Integer.toString(size.width()))
        .replace("${heads}", Integer.toString(size.heads()))
        .replace("${head_width}", Integer.toString(size.width() / size.heads()))
        .replace("${channels}", Integer.toString(latent.channels()))
        .replace("${height}", Integer.toString(latent.height()))
        .replace("${image_width}", Integer.toString(latent.width()))
        .replace("${patch}", Integer.toString(size.patch()))
        .replace("${rows}", Integer.toString(latent.height() / size.patch()))
        .replace("${columns}", Integer.toString(latent.width() / size.patch()));
  }

  private static float[] frequencies() {
    float[] values = new float[FREQUENCIES];
    for (int i = 0; i < FREQUENCIES; i++) {
      values[i] = (float) StrictMath.exp(-StrictMath.log(10_000) * i / FREQUENCIES);
    }
    return values;
  }

  /** Which letter stands above each patch column. */
  private static float[] cells(int columns, PolicySpec.NetworkSpec size, int letters) {
    float[] values = new float[columns];
    for (int i = 0; i < columns; i++) {
      values[i] = Math.min(letters - 1, i * size.patch() / size.cell());
    }
    return values;
  }

  /** Draws initial weights in the order of the calls, so that a seed fixes all of them. */
  private record Initialiser(RandomGenerator random) {

    void linear(ScriptModule module, String name, int in, int out) {
      double bound = Math.sqrt(6.0 / (in + out));
      float[] weight = new float[in * out];
      for (int i = 0; i < weight.length; i++) {
        weight[i] = (float) (bound * (2 * random.nextDouble() - 1));
      }
      module.parameter(name + "_weight", weight, out, in);
      module.parameter(name + "_bias", new float[out], out);
    }

    void zero(ScriptModule module, String name, int in, int out) {
      module.parameter(name + "_weight", new float[in * out], out, in);
      module.parameter(name + "_bias", new float[out], out);
    }

    float[] normal(int size, double std) {
      float[] values = new float[size];
      for (int i = 0; i < size; i++) {
        values[i] = (float) (std * random.nextGaussian());
      }
      return values;
    }
  }
}
