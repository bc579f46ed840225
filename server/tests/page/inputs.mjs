// How photos are added to the page and removed: drop, paste, camera, keyboard, swap, clear; large and unusual files.
import assert from "node:assert/strict";
import * as page from "./harness.mjs";

const canvas = (side) => `[data-side=${side}] canvas`;
const shownWidth = (tab, side) => tab.$eval(canvas(side), (element) => element.width);

async function drop(browser, url) {
  const { page: tab, close } = await page.open(browser, url);
  const area = "[data-side=reference] .drop";
  const one = await page.transfer(tab, page.image("hopper.jpg"));
  await tab.dispatchEvent(area, "dragover", { dataTransfer: one });
  assert.equal(await tab.locator(`${area}.over`).count(), 1, "the drop area is highlighted");
  await tab.dispatchEvent(area, "drop", { dataTransfer: one });
  await page.filled(tab, "reference");
  assert.equal(await tab.locator(".over").count(), 0);
  assert.equal(await page.status(tab), "The reference is ready.");
  const two = await page.transfer(tab, page.image("astronaut.jpg"), page.image("hopper-128.png"));
  await tab.dispatchEvent(area, "drop", { dataTransfer: two });
  await page.filled(tab, "probe");
  await tab.waitForFunction((selector) => document.querySelector(selector).width === 128, canvas("reference"));
  // A drop outside the pickers does nothing; otherwise the browser would leave the page and open the file.
  const prevented = await tab.evaluate((dataTransfer) => {
    const event = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
    return !document.body.dispatchEvent(event);
  }, one);
  assert.equal(prevented, true);
  await page.press(tab);
  assert.equal(await tab.textContent("#verdict"), "Different people");
  await close();
}

async function paste(browser, url) {
  const { page: tab, close } = await page.open(browser, url);
  const send = async (...names) => {
    const clipboardData = await page.transfer(tab, ...names.map(page.image));
    await tab.evaluate((data) => {
      document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
    }, clipboardData);
  };
  await send("astronaut.jpg");
  await page.filled(tab, "probe");
  await send("hopper.jpg");
  await page.filled(tab, "reference");
  // Both photos are there: the photo goes to the side with the focus.
  await tab.focus("[data-side=probe] input");
  await send("hopper-128.png");
  await tab.waitForFunction((selector) => document.querySelector(selector).width === 128, canvas("probe"));
  await page.press(tab);
  assert.equal(await tab.textContent("#verdict"), "The same person");
  await send();
  assert.equal(await tab.isHidden("#result"), false, "pasting nothing changes nothing");
  await close();
}

/** How much redder the left part of a picture is than its right part; the portrait has a flag on one side only. */
const redness = (tab, side) => tab.$eval(canvas(side), (element) => {
  const context = element.getContext("2d");
  const part = (from) => {
    const { data } = context.getImageData(from, 0, element.width / 5, element.height);
    let sum = 0;
    for (let at = 0; at < data.length; at += 4) sum += data[at] - data[at + 2];
    return sum / data.length;
  };
  return part(0) - part(element.width * 0.8);
});

async function camera(browser, url) {
  const init = () => {
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    globalThis.streams = [];
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const stream = await real(constraints);
      // People take a moment to grant permission.
      await new Promise((resolve) => setTimeout(resolve, 200));
      globalThis.streams.push(stream);
      return stream;
    };
  };
  const { page: tab, close } = await page.open(browser, url, { init, permissions: ["camera"] });
  const running = () => tab.evaluate(() => globalThis.streams.flatMap((stream) => stream.getTracks()).filter((track) => track.readyState === "live").length);
  const button = "[data-side=probe] .camera";
  await tab.click(button);
  await tab.waitForSelector("[data-side=probe] video.mirrored");
  assert.equal(await running(), 1);
  assert.equal(await tab.evaluate(() => document.activeElement.textContent), "Take photo");
  await tab.click(button);
  assert.equal(await running(), 0, "cancelled");
  assert.equal(await tab.isHidden("[data-side=probe] video"), true);
  await tab.click(button);
  await tab.waitForFunction(() => document.querySelector("[data-side=probe] video").videoWidth > 0);
  await tab.keyboard.press("Enter");
  await page.filled(tab, "probe");
  assert.equal(await running(), 0, "taken");
  await page.choose(tab, "reference", page.image("astronaut.jpg"));
  await page.filled(tab, "reference");
  const [taken, chosen] = [await redness(tab, "probe"), await redness(tab, "reference")];
  assert.ok(Math.abs(chosen) > 3 && taken * chosen > 0, `the photo is not mirrored: ${taken} ${chosen}`);
  await page.press(tab);
  assert.equal(await tab.textContent("#verdict"), "The same person");
  // After a double click one camera is on, not two of which one cannot be stopped.
  const before = await tab.evaluate(() => globalThis.streams.length);
  await tab.dblclick(button);
  await tab.waitForSelector("[data-side=probe].live");
  await tab.waitForFunction((count) => globalThis.streams.length === count, before + 2);
  assert.equal(await running(), 1);
  await tab.click(button);
  assert.equal(await running(), 0, "impatient");
  // A camera that is unplugged is reported.
  await tab.click(button);
  await tab.waitForSelector("[data-side=probe].live");
  await tab.evaluate(() => globalThis.streams.at(-1).getTracks()[0].dispatchEvent(new Event("ended")));
  assert.equal(await page.status(tab), "The camera was disconnected.");
  assert.equal(await running(), 0, "gone");
  // Choosing a photo in another way releases the camera too.
  await tab.click(button);
  await tab.waitForSelector("[data-side=probe].live");
  await page.choose(tab, "probe", page.image("hopper.jpg"));
  await tab.waitForSelector("[data-side=probe]:not(.live)");
  assert.equal(await running(), 0, "another photo was chosen");
  await close();
}

async function cameraRefused(browser, url) {
  const { page: tab, close } = await page.open(browser, url);
  await tab.click("[data-side=probe] .camera");
  await page.assertError(tab, /denied access to the camera/);
  assert.equal(await tab.textContent("[data-side=probe] .camera"), "Camera");
  await close();
  for (const [name, words] of [["NotFoundError", /No camera was found/], ["NotReadableError", /in use by another program/]]) {
    const init = `navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", "${name}"); };`;
    const { page: other, close: closeOther } = await page.open(browser, url, { init });
    await other.click("[data-side=reference] .camera");
    await page.assertError(other, words);
    await closeOther();
  }
  // Over plain HTTP from another machine, no camera is offered.
  const init = 'Object.defineProperty(window, "isSecureContext", { value: false });';
  const { page: insecure, close: closeInsecure } = await page.open(browser, url, { init });
  assert.equal(await insecure.isHidden("[data-side=probe] .camera"), true);
  await closeInsecure();
}

async function keyboard(browser, url) {
  const { page: tab, close } = await page.open(browser, url);
  const order = [];
  for (let press = 0; press < 6; press += 1) {
    await tab.keyboard.press("Tab");
    order.push(await tab.evaluate(() => document.activeElement.ariaLabel ?? document.activeElement.textContent));
  }
  assert.deepEqual(order, [
    "Choose the probe photo", "Use the camera for the probe photo", "Choose the reference photo",
    "Use the camera for the reference photo", "Compare", "Description of the API",
  ]);
  await tab.focus("#compare");
  await tab.keyboard.press("Enter");
  await page.assertError(tab, /The probe is missing/);
  assert.equal(await tab.evaluate(() => document.activeElement.ariaLabel), "Choose the probe photo");
  await page.choose(tab, "probe", page.image("astronaut.jpg"));
  await page.choose(tab, "reference", page.image("astronaut.jpg"));
  await page.filled(tab, "probe");
  await page.filled(tab, "reference");
  await tab.focus("#compare");
  await tab.keyboard.press("Enter");
  await page.idle(tab);
  assert.equal(await tab.textContent("#verdict"), "The same person");
  assert.equal(await tab.evaluate(() => document.activeElement.id), "compare", "the focus stays");
  await close();
}

async function swapAndClear(browser, url) {
  const { page: tab, close } = await page.open(browser, url);
  assert.equal(await tab.isDisabled("#swap"), true);
  await page.compare(tab, "gray.png", "astronaut.jpg");
  await page.assertError(tab, /No face was found in the probe/);
  assert.equal(await tab.locator("[data-side=probe].problem").count(), 1);
  await tab.click("#swap");
  assert.equal(await tab.locator(".problem").count(), 0);
  await page.press(tab);
  await page.assertError(tab, /No face was found in the reference/);
  await tab.click("[data-side=reference] .clear");
  assert.equal(await page.status(tab), "The reference is empty.");
  assert.equal(await shownWidth(tab, "reference"), 0);
  assert.equal(await tab.evaluate(() => document.activeElement.ariaLabel), "Choose the reference photo");
  await page.press(tab);
  await page.assertError(tab, /The reference is missing/);
  // One photo changes sides.
  await tab.click("#swap");
  assert.equal(await tab.locator("[data-side=reference].filled").count(), 1);
  assert.equal(await tab.locator("[data-side=probe].filled").count(), 0);
  await close();
}

async function files(browser, url) {
  const { page: tab, close } = await page.open(browser, url);
  for (const [file, words] of [
    ["text.jpg", /“text.jpg” is not a photo that can be read/],
    ["document.pdf", /is not a photo/],
    ["empty.jpg", /is not a photo/],
    ["photo.heic", /HEIC photo.*Most Compatible/],
    ["truncated-50.jpg", /“truncated-50.jpg” is damaged/],
  ]) {
    await page.choose(tab, "probe", page.image(file));
    await page.assertError(tab, words);
    assert.equal(await tab.locator("[data-side=probe].problem").count(), 1, file);
    assert.ok((await tab.textContent("[data-side=probe] .words")).startsWith(`${file} was not taken`), file);
  }
  // No browser shows TIFF or PNM here; the server reads both.
  await page.compare(tab, "astronaut.tif", "astronaut.ppm");
  assert.match(await tab.textContent("[data-side=probe] .words"), /astronaut.tif: this browser cannot show it/);
  assert.equal(await tab.textContent("#verdict"), "The same person");
  await page.compare(tab, "exif-6.jpg", "astronaut.png");
  assert.equal(await tab.textContent("#verdict"), "The same person");
  await close();
}

/** A photo is reduced if two of its size would be too large for the server, and the page says so. */
async function large(browser, url) {
  const { page: tab, close } = await page.open(browser, url);
  await page.compare(tab, "astronaut.jpg", "astronaut.jpg");
  const dataTransfer = await tab.evaluateHandle(async () => {
    const large = document.createElement("canvas");
    large.width = large.height = 3600;
    const context = large.getContext("2d");
    context.drawImage(document.querySelector("[data-side=probe] canvas"), 0, 0, 3600, 3600);
    const noise = context.getImageData(0, 0, 3600, 3600);
    for (let at = 0; at < noise.data.length; at += 1) noise.data[at] += Math.random() * 40 - 20;
    context.putImageData(noise, 0, 0);
    const blob = await new Promise((resolve) => large.toBlob(resolve, "image/jpeg", 0.99));
    const transfer = new DataTransfer();
    transfer.items.add(new File([blob], "large.jpg", { type: "image/jpeg" }));
    return transfer;
  });
  await tab.dispatchEvent("[data-side=probe] .drop", "drop", { dataTransfer });
  await tab.waitForSelector("[data-side=probe] .note:not([hidden])");
  const [, before, after] = /Reduced in your browser: ([\d.]+) MB to ([\d.]+) MB/.exec(await tab.textContent("[data-side=probe] .note"));
  assert.ok(before > 4.4 && after < 4.4, `${before} ${after}`);
  await page.press(tab);
  assert.equal(await tab.textContent("#verdict"), "The same person");
  assert.equal(await tab.$eval("#reduced", (note) => note.hidden), false, "the command sends the original file, and the page says so");
  await close();
}

export const tests = { drop, paste, camera, "camera refused": cameraRefused, keyboard, "swap and clear": swapAndClear, files, large };
