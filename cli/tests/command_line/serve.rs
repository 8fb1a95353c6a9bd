//! `serve`: a page on this machine, or a plain word that there is none in this program.

#[cfg(feature = "playground")]
mod with_the_playground {
    use crate::run::{command, folder, ringfence};
    use std::fs;
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::process::{Child, Stdio};
    use std::time::Duration;

    /// A program that serves, until it is dropped.
    struct Served {
        program: Child,
        address: String,
    }

    impl Served {
        fn start(arguments: &[&str]) -> Self {
            let mut program =
                command(&[&["serve"], arguments].concat()).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
            let mut line = String::new();
            BufReader::new(program.stdout.take().unwrap()).read_line(&mut line).unwrap();
            let address = line.trim().strip_prefix("http://").and_then(|rest| rest.strip_suffix('/'));
            Self { program, address: address.unwrap_or_else(|| panic!("no address: {line}")).to_owned() }
        }

        fn ask(&self, path: &str, headers: &str) -> TcpStream {
            let mut stream = TcpStream::connect(&self.address).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            let host = if headers.contains("Host:") { String::new() } else { format!("Host: {}\r\n", self.address) };
            write!(stream, "GET {path} HTTP/1.1\r\n{host}{headers}Connection: close\r\n\r\n").unwrap();
            stream
        }

        /// The status line with the headers, and the body.
        fn get(&self, path: &str, headers: &str) -> (String, Vec<u8>) {
            let mut answer = Vec::new();
            self.ask(path, headers).read_to_end(&mut answer).unwrap();
            let head = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
            (String::from_utf8(answer[..head].to_vec()).unwrap().to_lowercase(), answer[head + 4..].to_vec())
        }

        fn interrupt(mut self) -> Option<i32> {
            let interrupt = ["-INT", &self.program.id().to_string()].map(str::to_owned);
            assert!(std::process::Command::new("kill").args(interrupt).status().unwrap().success());
            self.program.wait().unwrap().code()
        }
    }

    impl Drop for Served {
        fn drop(&mut self) {
            let _ = self.program.kill();
            let _ = self.program.wait();
        }
    }

    #[test]
    fn page_comes_with_its_types_and_its_policy() {
        let served = Served::start(&["--port", "0"]);
        let (head, page) = served.get("/", "");
        assert!(head.starts_with("http/1.1 200") && head.contains("content-type: text/html; charset=utf-8"), "{head}");
        assert!(head.contains("content-security-policy: default-src 'none'"), "{head}");
        let page = String::from_utf8(page).unwrap();
        assert!(page.contains("start.js") && !page.contains("ringfence-files"), "{page}");
        let (head, module) = served.get("/playground_bg.wasm", "");
        assert!(head.contains("content-type: application/wasm") && !head.contains("content-encoding"), "{head}");
        assert!(module.starts_with(b"\0asm"));
        let (head, small) = served.get("/playground_bg.wasm", "Accept-Encoding: gzip, br\r\n");
        assert!(head.contains("content-encoding: br") && head.contains("content-type: application/wasm"), "{head}");
        assert!(small.len() * 2 < module.len());
        for absent in ["/files.json", "/changes", "/../Cargo.toml", "/nothing"] {
            assert!(served.get(absent, "").0.starts_with("http/1.1 404"), "{absent}");
        }
    }

    #[test]
    fn files_are_handed_out_and_changes_are_told() {
        let folder = folder("serve-files", &[("rules.yaml", b"kind: A\n")]);
        let served = Served::start(&["--port", "0", "-f", folder.to_str().unwrap()]);
        let (_, page) = served.get("/", "Accept-Encoding: br\r\n");
        assert!(String::from_utf8(page).unwrap().contains("<meta name=\"ringfence-files\" content=\"files.json\">"));
        let texts = || -> Vec<String> {
            let (head, listing) = served.get("/files.json", "");
            assert!(head.contains("content-type: application/json"), "{head}");
            let listing: serde_json::Value = serde_json::from_slice(&listing).unwrap();
            let files = listing["files"].as_array().unwrap().clone();
            files.iter().map(|file| file["text"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(texts(), ["kind: A\n"]);
        let mut lines = BufReader::new(served.ask("/changes", "")).lines().map(Result::unwrap);
        assert!(lines.by_ref().any(|line| line == "content-type: text/event-stream"));
        fs::write(folder.join("rules.yaml"), "kind: B\n").unwrap();
        assert!(lines.by_ref().any(|line| line == "data: files.json"));
        assert_eq!(texts(), ["kind: B\n"]);
        fs::write(folder.join("more.yaml"), "kind: C\n").unwrap();
        assert!(lines.by_ref().any(|line| line == "data: files.json"));
        assert_eq!(texts(), ["kind: C\n", "kind: B\n"]);
        // A page that still listens does not hold the program up.
        assert_eq!(served.interrupt(), Some(0));
    }

    #[test]
    fn others_are_refused() {
        let served = Served::start(&["--port", "0"]);
        let (head, _) = served.get("/", "Host: example.org\r\n");
        assert!(head.starts_with("http/1.1 421"), "{head}");
        let port = served.address.rsplit(':').next().unwrap();
        let ran = ringfence(&["serve", "--port", port]);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""));
        assert!(ran.err.contains(port) && ran.err.contains("--port"), "{}", ran.err);
    }

    #[test]
    fn usual_port_gives_way_where_it_is_taken() {
        let taken = TcpListener::bind("127.0.0.1:8080");
        let served = Served::start(&[]);
        // Somebody else may hold it, or give it back just now.
        assert!(taken.is_err() || !served.address.ends_with(":8080"), "{}", served.address);
    }
}

#[cfg(not(feature = "playground"))]
#[test]
fn program_without_the_playground_says_how_to_get_one() {
    let ran = crate::run::ringfence(&["serve"]);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("cargo xtask play"), "{}", ran.err);
}
