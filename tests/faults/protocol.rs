//! Packs and packets that are damaged, that lie, or that are made to harm.

use crate::server::{ADD, PHASES, Phase, impatient, refuses};
use crate::suite::{Group, Suite};
use crate::support::fault::Fault;
use crate::support::pack_maker::{
    BLOB, COPY_64_KIB, PackMaker, compressed, delta, sha1, with_checksum,
};
use crate::support::packets::{frame, split};
use crate::support::test_context::ServedContext;
use crate::tally::Tried;
use crate::watch::Watch;

const ID: &str = "1111111111111111111111111111111111111111";

pub fn register(suite: &mut Suite) {
    let mut group = suite.group("protocol", Tried::Hostile);
    cuts(&mut group);
    frames(&mut group);
    refs(&mut group);
    without_end(&mut group);
    packs(&mut group);
    entries(&mut group);
    bombs(&mut group);
    harmless(&mut group);
}

/// Responses that end at or in each packet.
fn cuts(group: &mut Group<'_>) {
    for (name, phase) in PHASES {
        // `shallow-info` and a delimiter come before the pack of a commit.
        let packets = match phase {
            Phase::Refs => 2,
            Phase::Trees => 6,
            Phase::Blobs => 3,
        };
        for count in 0..packets {
            for (place, more) in [("before", 0), ("in", 2)] {
                let is_short = more == 0;
                let case = format!("response_with_{name}_ends_{place}_packet_{count}");
                group.case_of_form(is_short, case, move || {
                    let cut = move |said: Vec<u8>| {
                        let packets = split(&said);
                        let packets = packets.iter().copied().take(count);
                        let length = |packet: Option<&[u8]>| 4 + packet.map_or(0, <[u8]>::len);
                        let kept: usize = packets.map(length).sum();
                        said[..kept + more].to_vec()
                    };
                    refuses(phase, Fault::changed(cut), 5, "ended early");
                });
            }
        }
    }
}

/// Packets that are none, or that are out of place.
fn frames(group: &mut Group<'_>) {
    let band = |number: u8, text: &[u8]| frame(&[&[number], text].concat());
    let pack = b"000dpackfile\n".to_vec();
    for (name, bytes, sentence) in [
        (
            "letters_for_a_length",
            b"zzzz".to_vec(),
            "expected the length of a pkt-line",
        ),
        (
            "length_of_three",
            b"0003".to_vec(),
            "expected the length of a pkt-line",
        ),
        (
            "length_over_the_limit",
            b"fff5".to_vec(),
            "expected the length of a pkt-line",
        ),
        (
            "sign_in_the_length",
            b"-00a".to_vec(),
            "expected the length of a pkt-line",
        ),
        (
            "space_in_the_length",
            b"00 a".to_vec(),
            "expected the length of a pkt-line",
        ),
        (
            "control_characters",
            b"\x1b]0;".to_vec(),
            "expected the length of a pkt-line",
        ),
        (
            "error",
            frame(b"ERR no entry"),
            "the server refused the request: no entry",
        ),
        (
            "error_with_control_characters",
            frame(b"ERR \x1b]0;x\x07\xe2\x80\xae"),
            "the server refused the request",
        ),
        (
            "error_that_is_long",
            frame(&[b"ERR ".as_slice(), &vec![b'x'; 60_000]].concat()),
            "the server refused the request",
        ),
        (
            "unknown_section",
            frame(b"surprise\n"),
            "is not git protocol version 2",
        ),
        (
            "response_end",
            b"0002".to_vec(),
            "is not git protocol version 2",
        ),
        (
            "version_1",
            frame(b"version 1\n"),
            "is not git protocol version 2",
        ),
        (
            "fatal_error",
            [pack.clone(), band(3, b"the disk is on fire")].concat(),
            "the disk is on fire",
        ),
        (
            "unknown_side_band",
            [pack.clone(), band(4, b"x")].concat(),
            "is not git protocol version 2",
        ),
        (
            "empty_side_band",
            [pack.clone(), b"0004".to_vec()].concat(),
            "is not git protocol version 2",
        ),
        (
            "delimiter_in_the_pack",
            [pack.clone(), b"0001".to_vec()].concat(),
            "is not git protocol version 2",
        ),
        (
            "no_pack",
            [pack.clone(), b"0000".to_vec()].concat(),
            "header is truncated",
        ),
        ("flush_at_once", b"0000".to_vec(), "header is truncated"),
    ] {
        group.case(format!("{name}_in_place_of_trees"), move || {
            refuses(
                Phase::Trees,
                Fault::changed(move |_| bytes.clone()),
                5,
                sentence,
            );
        });
    }
}

/// Lists of refs that lie.
fn refs(group: &mut Group<'_>) {
    let line = |text: &str| frame(format!("{text}\n").as_bytes());
    let list = |lines: &[String]| {
        let mut list: Vec<u8> = lines.iter().flat_map(|text| line(text)).collect();
        list.extend_from_slice(b"0000");
        list
    };
    let head = |id: &str, rest: &str| format!("{id} HEAD{rest}");
    let long = "x".repeat(60_000);
    for (name, bytes, code) in [
        ("empty", b"0000".to_vec(), 1),
        ("id_is_short", list(&[head("1234", "")]), 5),
        ("id_is_no_number", list(&[head(&"g".repeat(40), "")]), 5),
        ("id_is_too_long", list(&[head(&"1".repeat(64), "")]), 5),
        ("name_is_missing", list(&[ID.to_owned()]), 5),
        ("name_is_empty", list(&[format!("{ID} ")]), 5),
        (
            "name_is_not_utf8",
            [
                frame(&[ID.as_bytes(), b" \xff\xfe\n"].concat()),
                b"0000".to_vec(),
            ]
            .concat(),
            5,
        ),
        (
            "peeled_is_garbage",
            list(&[format!("{ID} refs/heads/main peeled:x")]),
            5,
        ),
        ("commit_does_not_exist", list(&[head(ID, "")]), 5),
        ("commit_is_zero", list(&[head(&"0".repeat(40), "")]), 5),
        (
            "head_leads_to_control_characters",
            list(&[head(ID, " symref-target:refs/heads/\u{1b}]0;x\u{7}")]),
            5,
        ),
        (
            "head_leads_out",
            list(&[head(ID, " symref-target:../../../etc/passwd")]),
            5,
        ),
        (
            "only_long_names",
            list(&[
                format!("{ID} refs/heads/{long}"),
                format!("{ID} refs/tags/{long}"),
            ]),
            1,
        ),
        ("delimiter", b"0001".to_vec(), 5),
        ("a_pack", b"000dpackfile\n".to_vec(), 5),
    ] {
        group.case(format!("refs_{name}"), move || {
            refuses(
                Phase::Refs,
                Fault::changed(move |_| bytes.clone()),
                code,
                "",
            );
        });
    }
    wrong_refs(group);
}

/// Refs that lead to something else than they say.
fn wrong_refs(group: &mut Group<'_>) {
    for (name, kind) in [
        ("file", "HEAD:skills/one/SKILL.md"),
        ("tree", "HEAD:skills"),
    ] {
        group.case(format!("head_is_a_{name}"), move || {
            let context = ServedContext::new();
            let id = context.repo.rev_parse(kind);
            let list = [frame(format!("{id} HEAD\n").as_bytes()), b"0000".to_vec()].concat();
            let watch = Watch::over(&context);
            context.server.fault_when(
                |request| Phase::Refs.is_of(request),
                Fault::changed(move |_| list.clone()),
            );
            let outcome = Watch::run(context.mdskill(ADD).env("MDSKILL_RETRIES", "0"));
            assert_ne!(outcome.code, Some(0), "{outcome}");
            context.server.clear_faults();
            watch.settle();
        });
    }
    group.case("ref_moves_between_the_requests", || {
        let mut context = ServedContext::new();
        let listed = context.commit.clone();
        context.repo.write("skills/one/more.md", "more");
        context.repo.commit("More");
        let expected = context.repo.snapshot(&format!("{listed}:skills/one"));
        let list = [
            frame(format!("{listed} HEAD symref-target:refs/heads/main\n").as_bytes()),
            b"0000".to_vec(),
        ]
        .concat();
        context.server.fault_when(
            |request| Phase::Refs.is_of(request),
            Fault::changed(move |_| list.clone()),
        );
        let watch = Watch::over(&context).or_as_after(&ADD);
        Watch::run(context.mdskill(ADD)).ok();
        context.server.clear_faults();
        watch.settle();
        context.tree(".github/skills/one").assert_same(&expected);
    });
}

/// Responses that never end. Each packet is well formed, and the rate is high.
fn without_end(group: &mut Group<'_>) {
    let packets = |packet: Vec<u8>| packet.repeat((64 << 10) / packet.len());
    let section = frame(b"shallow-info\n");
    let shallow = frame(format!("shallow {ID}\n").as_bytes());
    for (name, phase, first, again, sentence) in [
        (
            "progress",
            Phase::Trees,
            b"000dpackfile\n".to_vec(),
            frame(&[&[2][..], &vec![b'.'; 60_000]].concat()),
            "8 MiB of messages",
        ),
        (
            "keep_alives",
            Phase::Trees,
            b"000dpackfile\n".to_vec(),
            packets(b"0005\x01".to_vec()),
            "8 MiB of messages",
        ),
        (
            "shallow_lines",
            Phase::Trees,
            section.clone(),
            packets(shallow),
            "8 MiB of messages",
        ),
        (
            "delimiters",
            Phase::Trees,
            Vec::new(),
            packets(b"0001".to_vec()),
            "8 MiB of messages",
        ),
        (
            "acknowledgments",
            Phase::Blobs,
            Vec::new(),
            packets(frame(b"NAK\n")),
            "8 MiB of messages",
        ),
        (
            "zeros_of_a_pack",
            Phase::Trees,
            b"000dpackfile\n".to_vec(),
            frame(&[&[1][..], &vec![0; 60_000]].concat()),
            "is not a git pack",
        ),
        (
            "refs",
            Phase::Refs,
            Vec::new(),
            frame(format!("{ID} refs/heads/{}\n", "x".repeat(60_000)).as_bytes()),
            "32 MiB of refs",
        ),
    ] {
        group.case(format!("{name}_without_end"), move || {
            refuses(phase, Fault::Forever(first, again), 5, sentence);
        });
    }
    for (name, first, again) in [
        (
            "capabilities",
            frame(b"version 2\n"),
            frame(&vec![b'x'; 60_000]),
        ),
        (
            "service_lines",
            Vec::new(),
            packets([frame(b"# service=git-upload-pack\n"), b"0000".to_vec()].concat()),
        ),
    ] {
        group.case(format!("{name}_without_end"), move || {
            let context = ServedContext::new();
            let watch = Watch::over(&context);
            let is_get = |request: &crate::support::wire::Request| request.method == "GET";
            context
                .server
                .fault_when(is_get, Fault::Forever(first, again));
            context.server.fault(Fault::Garbage);
            Watch::run(impatient(&context))
                .fails(5)
                .says("is not git protocol version 2");
            context.server.clear_faults();
            watch.settle();
        });
    }
}

/// A change of the bytes of a pack.
type Change = fn(&mut Vec<u8>);

/// Damaged packs, in valid packets.
fn packs(group: &mut Group<'_>) {
    for length in [0, 3, 4, 8, 11, 12, 13, 20, 60] {
        group.case(format!("pack_of_{length}_bytes"), move || {
            let cut = move |pack: &mut Vec<u8>| pack.truncate(length);
            refuses(Phase::Trees, Fault::changed_pack(cut), 5, "truncated");
        });
    }
    for missing in [1, 19, 20, 21, 40] {
        group.case(
            format!("pack_without_its_last_{missing}_bytes"),
            move || {
                let cut = move |pack: &mut Vec<u8>| pack.truncate(pack.len() - missing);
                refuses(
                    Phase::Blobs,
                    Fault::changed_pack(cut),
                    5,
                    "truncated or corrupt",
                );
            },
        );
    }
    let changes: [(&str, Change, &str); 10] = [
        (
            "with_another_signature",
            |pack| pack[0] = b'p',
            "is not a git pack",
        ),
        ("of_version_1", |pack| pack[7] = 1, "is not a git pack"),
        ("of_version_4", |pack| pack[7] = 4, "is not a git pack"),
        (
            "that_announces_none",
            |pack| pack[8..12].fill(0),
            "did not send",
        ),
        (
            "that_announces_too_many",
            |pack| pack[11] += 1,
            "truncated or corrupt",
        ),
        (
            "that_announces_too_few",
            |pack| pack[11] -= 1,
            "truncated or corrupt",
        ),
        (
            "that_announces_millions",
            |pack| pack[8..12].fill(0x7f),
            "more than the limit of 200000",
        ),
        (
            "with_a_wrong_checksum",
            |pack| *pack.last_mut().unwrap() ^= 1,
            "truncated or corrupt",
        ),
        (
            "with_a_changed_byte",
            |pack| {
                let at = pack.len() / 2;
                pack[at] ^= 0x20;
                with_checksum(pack);
            },
            "truncated or corrupt",
        ),
        (
            "with_zeros_in_the_middle",
            |pack| {
                let at = pack.len() / 2;
                pack[at..at + 10].fill(0);
                with_checksum(pack);
            },
            "truncated or corrupt",
        ),
    ];
    for (name, change, sentence) in changes {
        group.case(format!("pack_{name}"), move || {
            refuses(Phase::Trees, Fault::changed_pack(change), 5, sentence);
        });
    }
}

/// Packs whose entries lie.
fn entries(group: &mut Group<'_>) {
    type Make = fn(&mut PackMaker);
    let base = b"a base of twenty bytes".as_slice();
    let cases: [(&str, Make, &str); 19] = [
        (
            "kind_0",
            |pack| {
                pack.entry(0, 1, &[], &compressed(b"x"));
            },
            "",
        ),
        (
            "kind_5",
            |pack| {
                pack.entry(5, 1, &[], &compressed(b"x"));
            },
            "",
        ),
        (
            "smaller_size",
            |pack| {
                pack.entry(BLOB, 2, &[], &compressed(b"four"));
            },
            "",
        ),
        (
            "larger_size",
            |pack| {
                pack.entry(BLOB, 9, &[], &compressed(b"four"));
            },
            "",
        ),
        (
            "no_compression",
            |pack| {
                pack.entry(BLOB, 4, &[], b"four");
            },
            "",
        ),
        (
            "half_of_its_data",
            |pack| {
                let data = compressed(&[7; 999]);
                pack.entry(BLOB, 999, &[], &data[..data.len() / 2]);
            },
            "",
        ),
        (
            "a_wrong_checksum",
            |pack| {
                let mut data = compressed(b"four");
                *data.last_mut().unwrap() ^= 1;
                pack.entry(BLOB, 4, &[], &data);
            },
            "",
        ),
        (
            "size_of_18_digits",
            |pack| {
                pack.entry(BLOB, u64::MAX >> 4, &[], &compressed(b"x"));
            },
            "",
        ),
        (
            "missing_base",
            |pack| {
                pack.delta_of_id(&[9; 20], &delta(4, 4, b"\x04four"));
            },
            "",
        ),
        (
            "itself_as_base",
            |pack| {
                let id = sha1(b"blob 4\0four");
                pack.delta_of_id(&id, &delta(4, 4, b"\x04four"));
            },
            "",
        ),
        (
            "base_at_distance_0",
            |pack| {
                pack.delta_at_distance(0, &delta(4, 4, b"\x04four"));
            },
            "",
        ),
        (
            "base_before_the_pack",
            |pack| {
                pack.delta_at_distance(1 << 40, &delta(4, 4, b"\x04four"));
            },
            "",
        ),
        (
            "base_in_the_header",
            |pack| {
                pack.delta_at_distance(8, &delta(4, 4, b"\x04four"));
            },
            "",
        ),
        (
            "wrong_size_of_base",
            |pack| {
                let at = pack.object(BLOB, b"four");
                pack.delta_of(at, &delta(5, 4, b"\x04five"));
            },
            "",
        ),
        (
            "wrong_size_of_result",
            |pack| {
                let at = pack.object(BLOB, b"four");
                pack.delta_of(at, &delta(4, 9, b"\x04five"));
            },
            "",
        ),
        (
            "copy_out_of_range",
            |pack| {
                let at = pack.object(BLOB, b"four");
                pack.delta_of(at, &delta(4, 65_536, &COPY_64_KIB));
            },
            "",
        ),
        (
            "instruction_0",
            |pack| {
                let at = pack.object(BLOB, b"four");
                pack.delta_of(at, &delta(4, 1, b"\0"));
            },
            "",
        ),
        (
            "half_an_instruction",
            |pack| {
                let at = pack.object(BLOB, b"four");
                pack.delta_of(at, &delta(4, 9, b"\x09ab"));
            },
            "",
        ),
        (
            "empty_delta",
            |pack| {
                let at = pack.object(BLOB, b"four");
                pack.delta_of(at, b"");
            },
            "",
        ),
    ];
    for (name, make, sentence) in cases {
        group.case(format!("entry_with_{name}"), move || {
            refuses(Phase::Blobs, made(make), 5, sentence);
        });
    }
    group.case("pack_of_other_objects", move || {
        let fault = made(move |pack| {
            pack.object(BLOB, base);
        });
        refuses(Phase::Blobs, fault, 5, "but did not send it");
    });
    group.case("file_with_other_bytes", || {
        // The id of an object is that of its bytes, so this is another object.
        let fault = made(|pack| {
            pack.object(BLOB, b"---\nname: one\ndescription: Other.\n---\n");
        });
        refuses(Phase::Blobs, fault, 5, "but did not send it");
    });
}

/// A pack that takes the place of that of the server.
fn made(make: impl Fn(&mut PackMaker)) -> Fault {
    let mut maker = PackMaker::default();
    make(&mut maker);
    let bytes = maker.pack();
    Fault::changed_pack(move |pack| pack.clone_from(&bytes))
}

/// Small packs that would fill the memory, or take hours.
fn bombs(group: &mut Group<'_>) {
    const KIB_64: usize = 64 << 10;
    let sixteen = delta(
        KIB_64 as u64,
        (KIB_64 * 255) as u64,
        &COPY_64_KIB.repeat(255),
    );
    let of_one = sixteen.clone();
    group.case("thousand_deltas_of_16_mebibytes", move || {
        let fault = made(|pack| {
            let base = pack.object(BLOB, &vec![0; KIB_64]);
            for _ in 0..1000 {
                pack.delta_of(base, &of_one);
            }
        });
        refuses(Phase::Blobs, fault, 5, "more than 512 MiB, the limit");
    });
    let of_one = sixteen.clone();
    group.case("thousand_deltas_of_16_mebibytes_by_id", move || {
        let fault = made(|pack| {
            let base = vec![0; KIB_64];
            let id = sha1(&[b"blob 65536\0".as_slice(), &base].concat());
            for _ in 0..1000 {
                pack.delta_of_id(&id, &of_one);
            }
            pack.object(BLOB, &base);
        });
        refuses(Phase::Blobs, fault, 5, "more than 512 MiB, the limit");
    });
    group.case("chain_of_deltas_of_2_mebibytes", || {
        let fault = made(|pack| {
            let size = 2 << 20;
            let mut last = pack.object(BLOB, &vec![0; size]);
            let copies = COPY_64_KIB.repeat(size / KIB_64);
            for _ in 0..100 {
                last = pack.delta_of(last, &delta(size as u64, size as u64, &copies));
            }
        });
        refuses(Phase::Blobs, fault, 5, "more than 512 MiB, the limit");
    });
    group.case_of_form(false, "zeros_of_16_mebibytes", || {
        let fault = made(|pack| {
            let zeros = compressed(&vec![0; 16 << 20]);
            for _ in 0..40 {
                pack.entry(BLOB, 16 << 20, &[], &zeros);
            }
        });
        refuses(Phase::Blobs, fault, 5, "more than 512 MiB, the limit");
    });
    group.case_of_form(false, "object_of_65_mebibytes", || {
        let fault = made(|pack| {
            pack.object(BLOB, &vec![0; 65 << 20]);
        });
        refuses(Phase::Blobs, fault, 5, "");
    });
    group.case("delta_that_promises_a_terabyte", || {
        let fault = made(|pack| {
            let base = pack.object(BLOB, b"four");
            pack.delta_of(base, &delta(4, 1 << 40, b"\x04four"));
        });
        refuses(
            Phase::Blobs,
            fault,
            5,
            "an object of the pack has 1099511627776 bytes",
        );
    });
}

/// Responses that are unusual and allowed.
fn harmless(group: &mut Group<'_>) {
    for (name, fault) in [
        (
            "error_after_the_end",
            Fault::changed(|mut said| {
                said.extend(frame(b"ERR late"));
                said
            }),
        ),
        (
            "progress",
            Fault::changed(|said| {
                let at = said
                    .windows(13)
                    .position(|window| window == b"000dpackfile\n");
                let Some(at) = at else { return said };
                let (before, after) = said.split_at(at + 13);
                [
                    before,
                    &frame(b"\x02counting \x1b[31mobjects"),
                    &frame(b"\x01"),
                    after,
                ]
                .concat()
            }),
        ),
    ] {
        group.case(format!("{name}_is_ignored"), move || {
            let context = ServedContext::new();
            let watch = Watch::over(&context).or_as_after(&ADD);
            context.server.fault(fault);
            let outcome = Watch::run(context.mdskill(ADD));
            outcome.ok().never_says("counting");
            context.server.clear_faults();
            watch.settle();
            context.has("one", "HEAD:skills/one");
        });
    }
}
